//! The files that a person goes on from.

use super::{SHOP, contract};
use crate::case::{Case, load_cases};
use crate::diag::{Source, Style, render_all};
use crate::generate::skeleton;
use crate::openapi::Contract;

/// The cases as they are read back.
fn read_back(contract: &Contract) -> Vec<Case> {
    let files = skeleton(contract).files;
    let cases = files.iter().filter(|file| file.path.starts_with("cases/"));
    let sources: Vec<_> = cases
        .map(|file| Source::new(file.path.as_str(), file.text.as_str()))
        .collect();
    load_cases(&sources, "cases", contract)
        .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)))
}

#[test]
fn one_case_file_for_each_operation_and_status() {
    let contract = contract(SHOP);
    let skeleton = skeleton(&contract);
    let shown = [
        "proofmark.toml",
        "cases/createPet/422.yaml",
        "cases/getPet/200.yaml",
        "cases/updatePet/200.yaml",
        "cases/deletePet/204.yaml",
        "cases/createNode/201.yaml",
        "cases/GET-orders-orderId/200.yaml",
    ];
    let text = |path: &&str| {
        let file = skeleton.files.iter().find(|file| file.path == **path);
        let file = file.unwrap_or_else(|| panic!("{path} is there"));
        format!("== {path}\n{}", file.text)
    };
    insta::assert_snapshot!(shown.iter().map(text).collect::<Vec<_>>().concat(), @r#"
    == proofmark.toml
    # Targets of api.yaml: `proofmark run --spec api.yaml --cases cases --profile local`.
    # Flags win over the environment, the environment over this file. A value may come from
    # { env = "NAME" }, { file = "path" } or { command = ["program", "argument"] }.

    [profile.local]
    # fill in: where the implementation is, base path included
    url = "https://shop.example.com/v1"

    # fill in: the credential, for key (header x-key). It is read from PROOFMARK_TOKEN; or say where it is:
    # token.default = { env = "API_TOKEN" }

    # fill in: what is on the target, and the first operation that asks for it
    # variables.orderId = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"  # GET /orders/{orderId}
    # variables.petId = 1  # getPet
    == cases/createPet/422.yaml
    # createPet: POST /pets (api.yaml:13:5)
    description: createPet is answered 422.
    requirement: Refused
    # fill in: what is wrong with the request; then take `fill_in` out of `needs`
    needs: [fill_in]
    operation: createPet
    headers:
      content-type: application/json
    body:
      name: example
    expect: { status: 422 }
    == cases/getPet/200.yaml
    # getPet: GET /pets/{petId} (api.yaml:23:5)
    description: getPet is answered 200.
    requirement: A pet
    # fill in: petId, of something that is on the target, in proofmark.toml or by --var petId=…
    needs: [petId]
    operation: getPet
    expect: { status: 200 }
    == cases/updatePet/200.yaml
    # updatePet: PUT /pets/{petId} (api.yaml:26:5)
    description: updatePet is answered 200.
    requirement: Updated
    # fill in: petId, of something that is on the target, in proofmark.toml or by --var petId=…
    # fill in: values your server takes; made up to fit their schemas: header If-Match, body application/json; then take `fill_in` out of `needs`
    needs: [petId, fill_in]
    operation: updatePet
    headers:
      If-Match: "\"a\""
    body:
      name: example
    expect: { status: 200 }
    == cases/deletePet/204.yaml
    # deletePet: DELETE /pets/{petId} (api.yaml:37:5)
    description: deletePet is answered 204.
    requirement: Gone
    # fill in: what is deleted, made under `given`, and its petId under `path`, since other cases need what is on the target; then take `fill_in` out of `needs`
    needs: [fill_in]
    operation: deletePet
    expect: { status: 204 }
    == cases/createNode/201.yaml
    # createNode: POST /nodes (api.yaml:51:5)
    description: createNode is answered 201.
    requirement: Created
    # fill in: the request (no valid value for the body: its schema needs itself, without end (api.yaml:80:57); add an `example` at api.yaml:55:19); then take `fill_in` out of `needs`
    needs: [fill_in]
    operation: createNode
    expect: { status: 201 }
    == cases/GET-orders-orderId/200.yaml
    # GET /orders/{orderId} (api.yaml:42:5)
    description: "GET /orders/{orderId} is answered 200."
    requirement: An order
    # fill in: orderId, of something that is on the target, in proofmark.toml or by --var orderId=…
    needs: [orderId]
    operation: "GET /orders/{orderId}"
    expect: { status: 200 }
    "#);
    let statuses: usize = contract
        .operations
        .iter()
        .map(|operation| operation.responses.len())
        .sum();
    assert_eq!(skeleton.files.len(), statuses + 1);
}

#[test]
fn what_is_written_is_read_without_a_problem() {
    let shop = contract(SHOP);
    let cases = read_back(&shop);
    let waiting = cases.iter().filter(|case| !case.needs.is_empty());
    assert_eq!(waiting.count(), skeleton(&shop).waiting);
    let built_in = contract(include_str!("../../../spec/openapi.yaml"));
    assert_eq!(
        read_back(&built_in).len() + 1,
        skeleton(&built_in).files.len()
    );
}
