//! Third-party verification cases, read from `$DANE_POLICY_CORPORA` or from beside the project; skipped where absent.

use std::env;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use dane_policy::tlsa::Record;
use dane_policy::verify::{Match, Verification, verify};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::Value;

fn cases(file: &str) -> Option<Vec<Value>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let folder = env::var_os("DANE_POLICY_CORPORA").map_or_else(beside, PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
        println!("skipped: no {file} in {}", folder.display());
        return None;
    };
    let value: Value = serde_json::from_str(&text).unwrap();
    let list = value.get("cases").unwrap_or(&value);
    Some(list.as_array().unwrap().clone())
}

fn run(case: &Value) -> Verification {
    let strings = |key: &str| -> Vec<String> {
        let list = case[key].as_array().unwrap().iter();
        list.map(|item| item.as_str().unwrap().to_owned()).collect()
    };
    let number = |item: &Value, key: &str| u8::try_from(item[key].as_u64().unwrap()).unwrap();
    let records: Vec<Record> = case["tlsa"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| Record {
            usage: number(item, "u"),
            selector: number(item, "s"),
            matching_type: number(item, "m"),
            data: HEXLOWER_PERMISSIVE
                .decode(item["data_hex"].as_str().unwrap().as_bytes())
                .unwrap()
                .into(),
        })
        .collect();
    let chain: Vec<Vec<u8>> =
        strings("chain").iter().map(|text| BASE64.decode(text.as_bytes()).unwrap()).collect();
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let names = strings("names");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let at = case.get("at").and_then(Value::as_i64).unwrap_or(now);
    verify(&records, &chain, &names, at)
}

#[test]
fn rfc7672_openssl_danetest() {
    let Some(cases) = cases("danetest.json") else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        let want = &case["rfc7672"];
        let found = run(case);
        let applies = found.result != Match::NoUsableRecords;
        let ok = found.result == Match::Matched;
        let depth_differs = ok && want["depth"].as_u64() != found.depth.map(|depth| depth as u64);
        if applies != want["applies"].as_bool().unwrap()
            || (applies && ok != want["ok"].as_bool().unwrap())
            || (depth_differs && want["depth"].is_u64())
        {
            wrong.push(format!("{} wants {want}: {:?} {}", case["id"], found.result, found.text));
        }
    }
    println!("danetest: {} cases, {} differ", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the suite and OpenSSL agree, so must we. Elsewhere what the suite calls stricter may match (AKI, SKI and other
/// encoding rules of RFC 5280 that no signature depends on; a leaf without EKU or with a CN only), and what it calls
/// laxer than OpenSSL may match where the suite wants it to.
#[test]
fn rfc5280_x509_limbo() {
    let Some(cases) = cases("limbo_dane.json") else { return };
    let mut wrong = Vec::new();
    let mut agreed = 0;
    for case in &cases {
        let found = run(case);
        let matched = found.result == Match::Matched;
        let tier = case["tier"].as_str().unwrap();
        let wanted = case["want"] == "ok";
        if tier != "agree" {
            let (id, want) = (case["id"].as_str().unwrap(), case["want"].as_str().unwrap());
            println!("{tier}: {id}: suite {want}, we {:?}: {}", found.result, found.text);
        }
        let permitted = match tier {
            "agree" => {
                agreed += usize::from(matched == wanted);
                matched == wanted
            }
            "limbo-stricter" | "limbo-laxer" => !matched || wanted || tier == "limbo-stricter",
            _ => false,
        };
        if !permitted {
            wrong.push(format!("{} wants {}: {}", case["id"], case["want"], found.text));
        }
    }
    println!("limbo: {} cases, {agreed} of tier agree agree, {} differ", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
