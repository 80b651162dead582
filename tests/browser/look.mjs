// Opens each page in headless Chromium and looks whether it does what it is for.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder, executablePath] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "here.js"));
const puppeteer = require("puppeteer-core");
const { HtmlValidate } = require("html-validate");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDE = { width: 1200, height: 900 };
const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };

const file = (name) => join(resolve(folder), name);
const said = [];
const checked = (text) => said.push(text);

const browser = await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox"] });

/** A page on which nothing may go wrong and nothing may be fetched. */
async function open(name, { viewport = WIDE, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) wrong.push(`asked for ${request.url()}`);
  });
  const url = pathToFileURL(file(name)).href;
  await page.setViewport(viewport);
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
  page.done = async () => {
    assert.deepEqual(wrong, [], name);
    await page.close();
  };
  return page;
}

const shown = (page, selector) =>
  page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length);

/** No violation that keeps somebody from using the page. */
async function accessible(page, name) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 300), nodes[0].failureSummary]);
  });
  assert.deepEqual(violations, [], name);
}

const openSome = (page) =>
  page.$$eval("main details", (all) => {
    for (const one of all) one.open = true;
    return all.length;
  });

for (const name of ["sound.html", "faulty.html", "matrix.html", "api.html"]) {
  for (const scheme of ["light", "dark"]) {
    for (const viewport of [WIDE, PHONE]) {
      const page = await open(name, { viewport, scheme });
      const picture = (part) => file(`${name.replace(".html", "")}-${viewport.width}-${scheme}-${part}.png`);
      await page.screenshot({ path: picture("top") });
      const width = () => page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok((await width()) <= viewport.width, `${name} is wider than ${viewport.width}`);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const isDark = ground.match(/\d+/g).slice(0, 3).every((part) => Number(part) < 64);
      assert.equal(isDark, scheme === "dark", `${name}: ${ground} for ${scheme}`);
      // A judge of accessibility takes its time: once of the page as it opens, once opened in each colour.
      if (viewport === PHONE && scheme === "light") await accessible(page, `${name}, on a phone`);
      await openSome(page);
      assert.ok((await width()) <= viewport.width, `${name}, opened, is wider than ${viewport.width}`);
      await page.screenshot({ path: picture("open"), clip: { x: 0, y: 0, width: viewport.width, height: 3000 }, captureBeyondViewport: true });
      if (viewport === WIDE) {
        await page.$$eval(".operation ~ .operation, .exchange ~ .exchange, .clause:nth-of-type(n + 20), li:nth-of-type(n + 20), tr:nth-of-type(n + 20)", (all) => all.forEach((one) => one.remove()));
        await accessible(page, `${name} opened, ${scheme}`);
      }
      await page.done();
    }
  }
  checked(`${name}: quiet, offline, fits 390 and 1200, light and dark, accessible`);
}

for (const name of ["sound.html", "faulty.html", "matrix.html"]) {
  const validator = new HtmlValidate({
    extends: ["html-validate:recommended"],
    rules: {
      "long-title": "off",
      "valid-id": ["error", { relaxed: true }],
      // A table whose rows are shown as blocks loses its meaning without its roles.
      "no-redundant-role": "off",
      // What a target said is shown as it is, blanks included.
      "no-trailing-whitespace": "off",
      // The form filters while one types and sends nothing.
      "wcag/h32": "off",
    },
  });
  const report = await validator.validateString(readFileSync(file(name), "utf8"));
  const messages = report.results.flatMap(({ messages }) => messages);
  const seen = messages.map(({ ruleId, message, line, column }) => `${ruleId} ${line}:${column} ${message}`);
  assert.deepEqual(seen.slice(0, 10), [], name);
  checked(`${name}: valid HTML`);
}

{
  const page = await open("faulty.html");
  assert.match(await page.$eval("h1", (one) => one.textContent), /Does not conform/);
  const all = await page.$$eval(".clause", (some) => some.length);
  await page.click("#filter input[value=broken]");
  const broken = await page.$$eval(".clause:not([hidden])", (some) => some.map((one) => one.dataset.verdict));
  assert.ok(broken.length > 0 && broken.length < all && broken.every((verdict) => verdict === "broken"));
  assert.equal(await shown(page, ".clause"), broken.length, "what the filter finds is open");
  assert.match(await page.$eval("#found", (one) => one.textContent), /of \d+ clauses/);
  await page.click("#filter input[value='']");
  await page.type("#search", "request-ID pattern");
  // It searches when one stops typing: what is shown till then is what the filter left.
  await page.waitForFunction(() => {
    const ids = [...document.querySelectorAll(".clause:not([hidden])")].map((one) => one.id);
    return ids.length > 0 && ids.every((id) => id.includes("request-id"));
  });
  const found = await page.$$eval(".clause:not([hidden])", (some) => some.map((one) => one.id));
  assert.ok(found.length > 0 && found.every((id) => id.includes("request-id") && id.includes("pattern")), found.join());
  await page.click(".counts .waived a");
  const waived = await page.$$eval(".clause:not([hidden])", (some) => some.map((one) => one.dataset.verdict));
  assert.ok(waived.length > 0 && waived.every((verdict) => verdict === "waived"));
  checked("faulty.html: filters by verdict, searches, and the numbers lead to their clauses");
  await page.done();
}

{
  const page = await open("faulty.html");
  const context = browser.defaultBrowserContext();
  await context.overridePermissions(pathToFileURL(file("faulty.html")).href, ["clipboard-read", "clipboard-write"]).catch(() => {});
  await page.bringToFront();
  const line = await page.$eval("article .command code", (one) => one.textContent);
  await page.evaluate(() => {
    globalThis.copied = null;
    document.addEventListener("copy", () => { globalThis.copied = String(document.getSelection()) || document.activeElement.value; });
    const write = navigator.clipboard?.writeText.bind(navigator.clipboard);
    if (write) navigator.clipboard.writeText = (text) => { globalThis.copied = text; return write(text); };
  });
  await page.click("article button.copy");
  await page.waitForFunction(() => document.getElementById("said").textContent !== "");
  assert.equal(await page.$eval("#said", (one) => one.textContent), "Copied");
  assert.equal(await page.evaluate(() => globalThis.copied), line);
  assert.match(line, /^curl -i -X [A-Z]+ .*\$PROOFMARK_TOKEN/s);
  checked("faulty.html: the button copies the command line");
  await page.done();
}

{
  const page = await open("sound.html");
  const at = () => page.evaluate(() => {
    const one = document.activeElement;
    return { tag: one.tagName, name: one.name ?? "", id: one.id, of: one.parentElement?.className ?? "", ring: getComputedStyle(one).outlineStyle };
  });
  await page.keyboard.press("Tab");
  assert.match((await page.evaluate(() => document.activeElement.textContent)), /Skip/);
  assert.notEqual((await at()).ring, "none", "focus is seen");
  const passed = [];
  const until = async (is) => {
    for (let n = 0; n < 80; n += 1) {
      await page.keyboard.press("Tab");
      const here = await at();
      passed.push(`${here.tag} ${here.id}${here.name} ${here.of}`);
      if (is(here)) return here;
    }
    assert.fail(`not reached by Tab: ${passed.join(" | ")}`);
  };
  await until((one) => one.name === "verdict");
  await until((one) => one.id === "search");
  await until((one) => one.tag === "SUMMARY" && one.of === "operation");
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval(".operation", (one) => one.open), true);
  await until((one) => one.tag === "SUMMARY" && one.of === "clause");
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval(".clause", (one) => one.open), true);
  checked("sound.html: Tab reaches filter, search, operation and clause; Enter opens");
  const link = await page.$eval(".clause[data-verdict=held] a[href^='#exchange-']", (one) => one.getAttribute("href"));
  await page.evaluate((hash) => { location.hash = hash; }, link);
  await page.waitForFunction((id) => document.getElementById(id).open, {}, link.slice(1));
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY");
  checked("sound.html: a clause's link opens its exchange");
  await page.done();
}

{
  const page = await open("sound.html");
  const id = await page.$eval(".clause:nth-of-type(30)", (one) => one.id);
  await page.done();
  const again = await browser.newPage();
  await again.goto(`${pathToFileURL(file("sound.html")).href}#${id}`);
  assert.equal(await again.$eval(`[id="${id}"]`, (one) => one.open && one.parentElement.open), true);
  await again.close();
  checked("sound.html: a link to a clause opens it");
}

{
  const page = await open("faulty.html", { script: false });
  assert.equal(await shown(page, "#filter, .copy"), 0);
  assert.ok((await shown(page, "article")) > 0);
  assert.ok((await shown(page, ".operation > summary")) > 0);
  await page.done();
  checked("faulty.html: without a script it can be read, and shows no control that needs one");
}

{
  const page = await open("faulty.html");
  await page.emulateMediaType("print");
  assert.equal(await shown(page, "nav, #filter, .copy"), 0);
  const pdf = await page.pdf({ path: file("faulty.pdf"), format: "A4" });
  assert.ok(pdf.length > 20_000);
  await page.done();
  checked(`faulty.html: prints, ${Math.round(pdf.length / 1024)} kB of PDF`);
}

{
  const size = statSync(file("large.html")).size;
  const began = performance.now();
  const page = await open("large.html");
  const opened = performance.now() - began;
  const [clauses, filtered] = await page.evaluate(() => {
    const before = performance.now();
    document.querySelector("#filter input[value=broken]").click();
    document.body.getBoundingClientRect();
    return [document.querySelectorAll(".clause").length, performance.now() - before];
  });
  assert.ok(clauses >= 19_000, String(clauses));
  assert.ok(opened < 15_000 && filtered < 3_000, `opened in ${opened} ms, filtered in ${filtered} ms`);
  await page.done();
  checked(`large.html: ${clauses} clauses, ${(size / 1e6).toFixed(1)} MB, opened in ${Math.round(opened)} ms, filtered in ${Math.round(filtered)} ms`);
  assert.ok(statSync(file("sound.html")).size < 1_500_000);
}

await browser.close();
console.log(said.join("\n"));
console.log(`pages: ${readdirSync(folder).filter((name) => name.endsWith(".html")).join(", ")}`);
