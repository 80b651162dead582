//! The HTML report.

use std::sync::Arc;

use super::super::support::Suite;
use super::{Run, between, get, ids, trace};
use crate::case::CaseId;
use crate::http::Secret;
use crate::outcome::{About, Account, Event, NoAnswer};
use crate::reference::Server;
use crate::report::FORMATS;
use crate::target::ServiceTarget;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: "Things <b>&amp;</b>", version: "1"}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: integer}, example: 1}]
      responses:
        "200":
          description: One.
          content:
            application/json:
              schema: {type: object, required: ["na</script>me"], properties: {"na</script>me": {type: string, maxLength: 3}, "a b": {type: string}, "a:b": {type: string}}}
        "404": {description: None.}
"#;

const CASES: [(&str, &str); 5] = [
    (
        "getThing/broken",
        "description: \"One <i>comes</i>.\"\nrequirement: r\noperation: getThing\nexpect: {status: 200}\n",
    ),
    (
        "getThing/again",
        "description: It comes again.\nrequirement: r\noperation: getThing\nexpect: {status: 200}\n",
    ),
    (
        "getThing/waived",
        "description: None comes.\nrequirement: r\noperation: getThing\nexpect: {status: 404}\n",
    ),
    (
        "getThing/error",
        "description: It answers.\nrequirement: r\noperation: getThing\nexpect: {status: 200}\n",
    ),
    (
        "getThing/skipped",
        "description: It is left out.\nrequirement: r\nneeds: [other]\noperation: getThing\nexpect: {status: 200}\n",
    ),
];

const WAIVERS: &str = "
waivers:
  - {clause: 'getThing/responses#documented', reason: 'the <proxy>', owner: us, ticket: T-1, expires: 2026-06-30}
  - {clause: 'getThing/200#content-type', reason: an old one, owner: us, expires: 2025-06-30}
";

/// What a target says to break out of a page.
const HOSTILE: &str = "</code></pre></script><script>alert(1)</script><!-- \"'&\u{202e}\u{1b}[31m";

fn run() -> Run {
    let hostile = serde_json::json!({ "na</script>me": HOSTILE, "a:b": 1 }).to_string();
    let broken = get("/things/1?<script>", 200, &hostile);
    let mut again = get("/things/1", 200, &hostile);
    again
        .response
        .headers
        .push("x-echo", format!("token {TOKEN} {HOSTILE}").as_str());
    again
        .request
        .headers
        .push("x-token", Secret::new(TOKEN, "PROOFMARK_TOKEN"));
    again.response.body = format!("{{\"na</script>me\":\"{TOKEN}\"}}").into();
    let mut error = trace(
        "getThing/error",
        "getThing",
        vec![get("/things/1", 200, "{}")],
    );
    error.steps[0].result = Err(NoAnswer {
        reason: HOSTILE.into(),
        unreachable: false,
        timed_out: true,
    });
    let mut skipped = trace("getThing/skipped", "getThing", Vec::new());
    skipped.skipped = Some(format!("give {HOSTILE}"));
    let traces = vec![
        trace("getThing/broken", "getThing", vec![broken]),
        trace("getThing/again", "getThing", vec![again]),
        trace(
            "getThing/waived",
            "getThing",
            vec![get("/things/2", 410, "")],
        ),
        error,
        skipped,
    ];
    Run::of(CONTRACT, &CASES, traces, WAIVERS)
}

const TOKEN: &str = "f064c46a782c444c";

/// The page as `--report html` writes it.
fn page(run: &Run) -> String {
    let mut out = Vec::new();
    {
        let format = FORMATS.iter().find(|format| format.name == "html");
        let mut report = (format.expect("there is one").new)(Box::new(&mut out));
        let left = Event::LeftBehind {
            case: CaseId::new("getThing/broken"),
            what: HOSTILE.into(),
        };
        report.event(&left).expect("it is taken in");
        report.finish(&run.account()).expect("it is written");
    }
    String::from_utf8(out).expect("it is text")
}

#[test]
fn whatever_the_target_says_is_text() {
    let page = page(&run());
    let ids = ids(&page);
    assert!(
        !page.contains("<script>alert")
            && !page.contains("<i>comes")
            && !page.contains("<b>&amp;</b>")
    );
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
    assert!(page.contains("⟨U+202E⟩␛[31m"));
    for part in [
        "tested",
        "broken",
        "conditions",
        "errors",
        "left-behind",
        "waived",
        "clauses",
        "skipped",
        "cases",
    ] {
        assert!(ids.contains(part), "{part}");
    }
}

#[test]
fn every_clause_has_an_anchor_made_of_its_id() {
    let run = run();
    let ids = ids(&page(&run));
    let anchors = ids.iter().filter(|id| id.starts_with("clause-"));
    assert_eq!(anchors.count(), run.clauses.len());
    assert!(ids.contains("clause-getThing/responses:documented"));
    assert!(ids.contains("clause-getThing/200/application~1json/a!20b:type"));
}

#[test]
fn the_same_account_gives_the_same_page() {
    let run = run();
    assert_eq!(page(&run), page(&run));
}

#[test]
fn a_credential_is_masked_wherever_it_stands() {
    let page = page(&run());
    assert!(!page.contains(TOKEN));
    assert!(page.contains("x-token: ***"));
    assert!(page.contains(&format!("x-echo: token {}", "*".repeat(TOKEN.len()))));
    assert!(page.contains("x-token: $PROOFMARK_TOKEN"));
}

#[test]
fn bodies_are_bounded_and_bytes_that_are_no_text_have_their_number() {
    let mut long = get("/things/1", 200, "{}");
    let mut body = b"{\"na\xff".to_vec();
    body.resize(100_000, b' ');
    long.response.body = body.into();
    long.response.surplus = Some("more".into());
    let traces = vec![trace("getThing/broken", "getThing", vec![long])];
    let page = page(&Run::of(CONTRACT, &CASES[..1], traces, ""));
    assert!(page.contains("{&quot;na\\xFF   "), "{page}");
    assert!(page.contains("more bytes</p>"));
    assert!(page.contains("4 bytes behind the answer"));
    assert!(page.len() < 60_000, "{}", page.len());
}

#[test]
fn the_page_opens_on_the_answer_and_says_the_whole_finding() {
    let page = page(&run());
    let shown = between(&page, "<header", "</header>");
    insta::assert_snapshot!(shown, @r#"
    <header class="broken">
    <p class="soft">Conformance report</p>
    <h1><span aria-hidden="true">✗</span> Does not conform</h1>
    <p>2 clauses are broken, in 2 cases; 1 condition of the run is not met.</p>
    <dl>
    <div><dt>Target</dt><dd>http://h</dd></div>
    <div><dt>Contract</dt><dd>Things &lt;b&gt;&amp;amp;&lt;/b&gt; 1</dd></div>
    <div><dt>Date</dt><dd>1970-01-01 00:00:00 UTC</dd></div>
    <div><dt>Judged by</dt><dd>proofmark 0</dd></div>
    </dl>
    "#);
    let shown = between(&page, "<section id=\"tested\"", "</section>");
    insta::assert_snapshot!(shown, @r##"
    <section id="tested" aria-labelledby="tested-title">
    <h2 id="tested-title">What was tested</h2>
    <p>The contract has 22 clauses:</p>
    <svg class="bar" viewBox="0 0 10000 100" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="held" x="0" width="3181" height="100"/><rect class="broken" x="3181" width="909" height="100"/><rect class="waived" x="4090" width="455" height="100"/><rect class="vacuous" x="4545" width="1818" height="100"/><rect class="untested" x="6363" width="3637" height="100"/></svg>
    <ul class="counts">
    <li class="held"><a href="#clauses" data-filter="held"><strong>7</strong> held</a></li>
    <li class="broken"><a href="#clauses" data-filter="broken"><strong>2</strong> broken</a></li>
    <li class="waived"><a href="#clauses" data-filter="waived"><strong>1</strong> waived</a></li>
    <li class="vacuous"><a href="#clauses" data-filter="vacuous"><strong>4</strong> vacuous (reached, but not put to the test)</a></li>
    <li class="untested"><a href="#clauses" data-filter="untested"><strong>8</strong> untested (not reached)</a></li>
    </ul>
    <p>5 cases: 0 passed, 2 failed, 1 waived, 0 flaky, 1 could not be judged, 1 skipped. 3 exchanges, 0 advisories.</p>
    "##);
    let finding = between(&page, "<article", "</article>");
    insta::assert_snapshot!(finding, @r##"
    <article id="finding-getThing/200/application~1json/na!3C~1script!3Eme:maxLength">
    <h3><b class="verdict broken">✗ broken</b> <a href="#clause-getThing/200/application~1json/na!3C~1script!3Eme:maxLength"><code>getThing/200/application~1json/na&lt;~1script&gt;me#maxLength</code></a></h3>
    <p class="title">`/na&lt;~1script&gt;me` of the body holds too much</p>
    <dl class="facts">
    <div><dt>Expected</dt><dd><code>at most 3 characters</code></dd></div>
    <div><dt>Actual</dt><dd><code>16 characters: &quot;****************&quot;</code></dd></div>
    <div><dt>Demanded</dt><dd>`na&lt;/script&gt;me` of the body of a 200 has at most 3 characters</dd></div>
    <div><dt>Stands at</dt><dd><code>api.yaml:14:112</code></dd></div>
    <div><dt>Case</dt><dd>getThing/again: It comes again.</dd></div>
    <div><dt>Asked at</dt><dd><code>cases/getThing/again.yaml:3:1</code></dd></div>
    <div><dt>Level</dt><dd>must</dd></div>
    <div><dt>Check</dt><dd><code>body-schema</code></dd></div>
    </dl>
    <div class="command"><pre tabindex="0"><code>curl -i -X GET &#39;http://h/things/1&#39; -H &quot;x-token: $PROOFMARK_TOKEN&quot;</code></pre><button type="button" class="copy">Copy<span class="unseen"> the command line</span></button></div>
    <details class="exchange" id="exchange-getThing/again:0"><summary><code>GET /things/1 → 200</code> <span>main request of getThing/again</span></summary>
    <figure><figcaption>Request</figcaption><pre tabindex="0"><code>GET /things/1 HTTP/1.1
    host: h
    x-token: ***</code></pre></figure>
    <figure><figcaption>Answer after 1.5 ms</figcaption><pre tabindex="0"><code>HTTP/1.1 200
    content-type: application/json
    content-length: 97
    x-echo: token **************** &lt;/code&gt;&lt;/pre&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;⟨U+202E⟩␛[31m

    {&quot;na&lt;/script&gt;me&quot;:&quot;****************&quot;}</code></pre></figure>
    </details>
    <details><summary>and in 1 more exchange</summary>
    <ul class="list">
    <li>getThing/broken: <a href="#exchange-getThing/broken:0"><code>GET /things/1?&lt;script&gt; → 200</code></a><br><code>61 characters: &quot;&lt;/code&gt;&lt;/pre&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- \&quot;&#39;&amp;⟨U+202E⟩\u001b[31m&quot;</code></li>
    </ul>
    </details>
    "##);
    let waived = between(&page, "<section id=\"waived\"", "</dl>");
    insta::assert_snapshot!(waived, @r##"
    <section id="waived" aria-labelledby="waived-title">
    <h2 id="waived-title">What is waived</h2>
    <article id="finding-getThing/responses:documented">
    <h3><b class="verdict waived">~ waived</b> <a href="#clause-getThing/responses:documented"><code>getThing/responses#documented</code></a></h3>
    <p class="title">the status is not documented for this operation</p>
    <dl class="facts">
    <div><dt>Expected</dt><dd><code>one of 200, 404; this case waits for 404</code></dd></div>
    <div><dt>Actual</dt><dd><code>410</code></dd></div>
    <div><dt>Demanded</dt><dd>every answer&#39;s status is one of 200, 404</dd></div>
    <div><dt>Stands at</dt><dd><code>api.yaml:9:7</code></dd></div>
    <div><dt>Case</dt><dd>getThing/waived: None comes.</dd></div>
    <div><dt>Asked at</dt><dd><code>cases/getThing/waived.yaml:3:1</code></dd></div>
    <div><dt>Level</dt><dd>must</dd></div>
    <div><dt>Check</dt><dd><code>status-documented</code></dd></div>
    <div><dt>Accepted because</dt><dd>the &lt;proxy&gt;</dd></div>
    <div><dt>Accepted by</dt><dd>us</dd></div>
    <div><dt>Until</dt><dd>2026-06-30</dd></div>
    <div><dt>Ticket</dt><dd>T-1</dd></div>
    <div><dt>Waiver</dt><dd><code>waivers.yaml:3:5</code></dd></div>
    "##);
}

#[tokio::test]
async fn the_report_of_the_reference_is_sound_and_small() {
    let suite = Suite::built_in();
    let target = Arc::new(ServiceTarget::new(Server::new().router()));
    let result = suite.run(target, 8, &|_| {}).await.expect("it runs");
    let about = About::default();
    let account = Account {
        about: &about,
        contract: &suite.contract,
        clauses: &suite.clauses,
        cases: &suite.cases,
        traces: &result.traces,
        outcomes: &result.outcomes,
        ledger: &result.ledger,
        notices: &result.notices,
        summary: &result.summary,
    };
    let format = FORMATS.iter().find(|format| format.name == "html");
    let mut out = Vec::new();
    (format.expect("there is one").new)(Box::new(&mut out))
        .finish(&account)
        .expect("it is written");
    let page = String::from_utf8(out).expect("it is text");
    let anchors = ids(&page);
    let clauses = anchors.iter().filter(|id| id.starts_with("clause-"));
    assert_eq!(clauses.count(), suite.clauses.len());
    assert!(anchors.contains("exchanges") && !anchors.contains("broken"));
    assert!(page.len() < 1_500_000, "{}", page.len());
    assert!(page.contains("</span> Conforms</h1>"));
}

#[test]
fn a_flaky_case_is_counted_and_said() {
    let mut flaky = trace(
        "getThing/broken",
        "getThing",
        vec![get("/things/1", 410, "")],
    );
    let right = r#"{"na</script>me": "one"}"#;
    flaky.retries = vec![trace(
        "getThing/broken",
        "getThing",
        vec![get("/things/1", 200, right)],
    )];
    let mut run = Run::of(CONTRACT, &CASES[..1], vec![flaky], "");
    let fails = page(&run);
    assert!(fails.contains("in 1 flaky case; 1 condition of the run is not met.</p>"));
    assert!(fails.contains("1 case: 0 passed, 0 failed, 0 waived, 1 flaky, 0 could not"));

    let mut stopped = run.traces.clone();
    stopped[0].steps[0].result = Err(NoAnswer {
        reason: "the connection was closed".into(),
        unreachable: false,
        timed_out: false,
    });
    let stopped = page(&Run::of(CONTRACT, &CASES[..1], stopped, ""));
    assert!(
        stopped.contains("<li><strong>getThing/broken</strong> (flaky: it passed at attempt 2)")
    );
    assert!(stopped.contains("<p>1 condition of the run is not met.</p>"));

    // As `--allow-flaky` has it.
    run.concluded.notices.clear();
    run.concluded.summary.notices = 0;
    let passes = page(&run);
    assert!(passes.contains("</span> Conforms</h1>"));
    assert!(passes.contains("was put to the test held, in 1 case only when sent again.</p>"));
}
