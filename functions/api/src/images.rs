//! `/v1/images`: the image catalog, what all landing zones share and what each has of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    Change, Failure, FailureKind, Key, LandingZone, LandingZoneName, Partition, Problem, Record,
};
use groundplane_ports::ReadTable;
use groundplane_resolvers::{Architecture, CatalogEntry, ImageKind, ImageState, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::contract::Sheet;
use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::problem::Refused;
use crate::request::{Asked, Sought};
use crate::view::Listing;
use crate::{Platform, System, Table};

/// The most entries of one request: they are committed together or not at all.
const MOST: usize = 99;

/// An image as it is sent and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Image {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    landing_zone: Option<LandingZoneName>,
    kind: ImageKind,
    family: String,
    #[schema(value_type = String)]
    release: Version,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    architecture: Option<Architecture>,
    image: String,
    #[serde(default)]
    state: ImageState,
    #[serde(default)]
    source: String,
}

/// An image of the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogImage)]
pub(crate) struct ImageView {
    #[serde(flatten)]
    image: Image,
    version: u64,
    /// Whether this request changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
}

impl From<Image> for CatalogEntry {
    fn from(image: Image) -> Self {
        Self {
            landing_zone: image.landing_zone,
            kind: image.kind,
            family: image.family,
            release: image.release,
            architecture: image.architecture,
            image: image.image,
            state: image.state,
            source: image.source,
            version: 0,
        }
    }
}

impl From<CatalogEntry> for ImageView {
    fn from(entry: CatalogEntry) -> Self {
        Self {
            version: entry.version,
            changed: None,
            image: Image {
                landing_zone: entry.landing_zone,
                kind: entry.kind,
                family: entry.family,
                release: entry.release,
                architecture: entry.architecture,
                image: entry.image,
                state: entry.state,
                source: entry.source,
            },
        }
    }
}

/// The query of `GET /v1/images`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListQuery {
    family: Option<Sought>,
    landing_zone: Option<LandingZoneName>,
}

/// `GET /v1/images`: what all landing zones share, and what the named one has of its own.
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Listing<ImageView>>, Refused> {
    let prefixes = match &query.family {
        Some(Sought(family)) => [ImageKind::Machine, ImageKind::Container]
            .map(|kind| CatalogEntry::prefix_of(kind, family))
            .to_vec(),
        None => vec![String::new()],
    };
    let mut places = vec![None];
    places.extend(query.landing_zone.as_ref().map(Some));
    let mut entries: Vec<CatalogEntry> = Vec::new();
    for place in places {
        for prefix in &prefixes {
            let partition = Partition::images(place);
            let found: Vec<CatalogEntry> = platform.table.query(&partition, prefix).await?;
            entries.extend(found);
        }
    }
    entries.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(Json(Listing {
        items: entries.into_iter().map(ImageView::from).collect(),
        next: None,
    }))
}

fn order(entry: &CatalogEntry) -> impl Ord + '_ {
    let CatalogEntry {
        kind,
        family,
        release,
        architecture,
        landing_zone,
        ..
    } = entry;
    (*kind, family, release, *architecture, landing_zone)
}

/// What `PUT /v1/images` takes.
pub(crate) fn taken(sheet: &mut Sheet) {
    let one = sheet.schema::<Image>();
    let list = json!({ "type": "array", "items": one, "maxItems": MOST });
    let either = json!({ "oneOf": [one, list] });
    sheet.takes(&["application/json"], true, &either);
}

/// `PUT /v1/images`: one image, or a list of them, written all or none.
pub(crate) async fn set<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    JsonBody(body): JsonBody,
) -> Result<Json<Listing<ImageView>>, Refused> {
    let (given, is_list) = match body {
        Value::Array(given) => (given, true),
        one @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => (vec![one], false),
    };
    if given.len() > MOST {
        let message = format!("{} images are too many; send {MOST} at a time", given.len());
        return Err(Failure::new(FailureKind::Invalid, message).into());
    }
    let entries = checked(&platform.table, given, is_list).await?;
    let (mut items, mut changes) = (Vec::new(), Vec::new());
    for entry in entries {
        let stored: Option<CatalogEntry> = platform.table.get(&entry.key()).await?;
        let version = stored.as_ref().map_or(0, Record::version);
        let entry = CatalogEntry { version, ..entry };
        let changed = stored.as_ref() != Some(&entry);
        if changed {
            changes.push(Change::save(&entry));
        }
        let mut view = ImageView::from(entry);
        view.version += u64::from(changed);
        view.changed = Some(changed);
        items.push(view);
    }
    if !changes.is_empty() {
        platform.table.commit(changes).await?;
    }
    Ok(Json(Listing { items, next: None }))
}

/// The entries, if all of them are right.
async fn checked(
    table: &impl ReadTable,
    given: Vec<Value>,
    is_list: bool,
) -> Result<Vec<CatalogEntry>, Refused> {
    let (mut entries, mut problems): (Vec<CatalogEntry>, Vec<Problem>) = Default::default();
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    let mut zones: BTreeSet<LandingZoneName> = BTreeSet::new();
    for (place, value) in given.into_iter().enumerate() {
        let at = if is_list {
            format!("/{place}")
        } else {
            String::new()
        };
        let entry: CatalogEntry = match serde_json::from_value::<Image>(value) {
            Ok(image) => image.into(),
            Err(error) => {
                problems.push(Problem::error(at, error.to_string()));
                continue;
            }
        };
        problems.extend(entry.check().into_iter().map(|problem| Problem {
            pointer: format!("{at}{}", problem.pointer),
            ..problem
        }));
        if !keys.insert(entry.key()) {
            problems.push(Problem::error(
                at.clone(),
                "this image is in the list twice",
            ));
        }
        if let Some(zone) = &entry.landing_zone
            && zones.insert(zone.clone())
            && table
                .get::<LandingZone>(&Key::meta(Partition::landing_zone(zone)))
                .await?
                .is_none()
        {
            let message = format!("there is no landing zone `{zone}`");
            problems.push(Problem::error(format!("{at}/landingZone"), message));
        }
        entries.push(entry);
    }
    if problems.is_empty() {
        return Ok(entries);
    }
    let message = match problems.len() {
        1 => "there is a problem with the images".to_owned(),
        count => format!("there are {count} problems with the images"),
    };
    Err(Failure::invalid_document(message, problems).into())
}
