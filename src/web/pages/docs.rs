//! The API's description as a page.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::Asked;
use crate::web::{Service, api};

/// `/api/docs`: every route with what it takes and answers, with examples; those of events and letters are of every type.
pub(in crate::web) async fn docs(State(service): State<Service>, asked: Asked) -> Response {
    let described = api::described(&service.desk.studio.catalogue);
    let routes: Vec<Value> = described["paths"].as_object().into_iter().flatten().flat_map(routes_at).collect();
    let context = json!({"about": described["info"]["description"], "routes": routes});
    asked.page(&service, "docs.html", context)
}

fn routes_at((path, operations): (&String, &Value)) -> Vec<Value> {
    let operations = operations.as_object().into_iter().flatten();
    let route = |(method, operation): (&String, &Value)| {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let responses: Vec<Value> = responses
            .map(|(status, response)| json!({"status": status, "says": response["description"], "bodies": bodies(&response["content"])}))
            .collect();
        let parameter = |one: &Value| json!({"name": one["name"], "in": one["in"], "says": one["description"], "required": one["required"] == true});
        let parameters: Vec<Value> = operation["parameters"].as_array().into_iter().flatten().map(parameter).collect();
        json!({
            "id": operation["operationId"],
            "method": method.to_uppercase(),
            "path": path,
            "title": operation["summary"],
            "says": operation["description"],
            "parameters": parameters,
            "takes": bodies(&operation["requestBody"]["content"]),
            "answers": responses,
        })
    };
    operations.map(route).collect()
}

/// The bodies that a request or an answer may have, each with its examples as they would be sent.
fn bodies(content: &Value) -> Vec<Value> {
    let written = |example: &Value| format!("{example:#}");
    let content = content.as_object().into_iter().flatten();
    let body = |(kind, body): (&String, &Value)| {
        let named = body["examples"].as_object().into_iter().flatten();
        let mut examples: Vec<Value> =
            named.map(|(name, one)| json!({"name": name, "text": written(&one["value"])})).collect();
        if !body["example"].is_null() {
            examples.push(json!({"name": "", "text": written(&body["example"])}));
        }
        json!({"kind": kind, "examples": examples})
    };
    content.map(body).collect()
}
