//! GitLab's `production_json.log`: each request that its web interface served.
//!
//! ```text
//! {"method":"POST","path":"/users/sign_in","controller":"SessionsController","action":"create","status":302,"time":"…","params":[{"key":"user","value":{"login":"alice","password":"[FILTERED]"}}],"remote_ip":"192.0.2.7","ua":"…",…}
//! ```
//!
//! The user is the one that is signed in (`username`), else the one that the request's parameters
//! name, wherever in the list it stands. A sign-in is `authentication`; it failed unless it leads on to
//! another page.
//!
//! What it does *not* know: GitLab's other logs, which are plain JSON.

use super::json;
use super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object, Value};

pub(super) const SPEC: Spec =
    Spec::object(read, &[&["controller"], &["action"], &["request_urgency"]]);

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let (Some(controller), Some(action)) = (fields.text("controller"), fields.text("action"))
    else {
        return Miss::at(0, "a request (controller, action)");
    };
    if !fields.has("time") || !fields.has("request_urgency") {
        return Miss::at(0, "a request (time, request_urgency)");
    }
    json::adopt(fields, memory, event);
    event.dataset = Some("gitlab.production".into());
    event.process_name = Some("gitlab".into());
    event.event_category = Some("web".into());
    let status = fields.int("status").unwrap_or(0);
    let mut is_fine = (1..400).contains(&status);
    let is_sign_in = match (controller, action) {
        ("SessionsController", "create") => {
            is_fine = (300..400).contains(&status);
            true
        }
        ("OmniauthCallbacksController", action) => {
            is_fine &= action != "failure";
            true
        }
        _ => false,
    };
    if is_sign_in {
        event.event_category = Some("authentication".into());
        event.event_action = Some("web_login".into());
    }
    event.event_outcome = Some(if is_fine { "success" } else { "failure" }.into());
    if let Some(Value::Text(user)) = user(fields) {
        event.user_name = Some(user.clone());
    }
    Ok(Found::default())
}

fn user<'a>(fields: &Object<'a>) -> Option<Value<'a>> {
    let first = |name| fields.value(name).map(columns::first);
    let nested = || first("params.value.login").or_else(|| first("params.value.username"));
    first("username").or_else(nested).or_else(|| {
        let (Some(Value::List(keys)), Some(Value::List(values))) =
            (fields.value("params.key"), fields.value("params.value"))
        else {
            return None;
        };
        let is_user = |key: &Value<'_>| matches!(key, Value::Text(key) if matches!(key.as_ref(), "username" | "login"));
        let at = keys.iter().position(is_user).filter(|_| keys.len() == values.len())?;
        values.into_iter().nth(at)
    })
}
