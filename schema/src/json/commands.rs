//! The commands of ApertureDB's language, as data: what each does, which parameters it has and of which kinds they are.
//!
//! Source: the public documentation and the official client's code and tests (`aperturedb` 0.5.3), gathered in
//! `reference/aperturedb.md`, sections 3.1 and 3.2. What is known of a server's rules beyond kinds is code in `check`.

/// A command that is checked.
pub(super) struct Command {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
    pub(super) target: Target,
    /// Whether it takes the next blob.
    pub(super) takes_blob: bool,
    groups: &'static [&'static [Param]],
}

/// What a command does with objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Find,
    Update,
    Delete,
}

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Entities of the class that the command names.
    Entity,
    /// Connections of the class that the command names.
    Connection,
    /// Objects of a class of the system's own.
    System(&'static str),
}

/// A parameter of a command, or a member of one.
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// Which dialect has it there.
    pub(super) place: Place,
}

/// Which dialects have a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Both.
    Both,
    /// The older one only; what to write in the other, in words.
    Older(&'static str),
}

/// What a parameter's value is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// `true` or `false`, written out: it decides what the answer looks like.
    Flag,
    /// `true` or `false`.
    Bool,
    /// An integer from 0.
    Count,
    /// A number.
    Number,
    /// Text.
    Text,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A number that later commands refer to this one's objects by.
    Define,
    /// A number that an earlier command has defined.
    Refer,
    /// A class of entities that must be there.
    EntityClass,
    /// A class of connections that must be there.
    ConnectionClass,
    /// A class that the command makes, if it is not there: of what the command is about.
    NewClass,
    /// The same, of connections.
    NewConnectionClass,
    /// Conditions on the properties of the command's class.
    Constraints,
    /// Conditions on properties of a class that is not told.
    OtherConstraints,
    /// Values of the class's properties.
    Properties,
    /// Values of properties of a class that is not told.
    OtherProperties,
    /// Names of the class's properties.
    PropertyNames,
    /// `"key"`, `{"key": …, "order": …}`, or a list of either.
    Sort,
    /// What of the objects found is told.
    Results,
    /// Members of their own.
    Object(&'static [Param]),
    /// A list of objects, or one that `type` tells from others.
    Operations,
    /// Connections to objects of an earlier command.
    Connected,
    /// A list of texts.
    Texts,
}

const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false, place: Place::Both }
}

const fn required(name: &'static str, kind: Kind) -> Param {
    Param { required: true, ..param(name, kind) }
}

const fn older(name: &'static str, kind: Kind) -> Param {
    Param {
        place: Place::Older("write it beside `results`, as a parameter of the command"),
        ..param(name, kind)
    }
}

const fn command(
    name: &'static str,
    verb: Verb,
    target: Target,
    takes_blob: bool,
    groups: &'static [&'static [Param]],
) -> Command {
    Command { name, verb, target, takes_blob, groups }
}

const DIRECTIONS: Kind = Kind::OneOf(&["in", "out", "any"]);

/// The members of `results`; `list`, `all_properties` and the aggregates are read in `check::results`.
pub(super) const RESULTS: &[Param] = &[
    param("list", Kind::PropertyNames),
    param("all_properties", Kind::Flag),
    param("count", Kind::Flag),
    param("sum", Kind::PropertyNames),
    param("average", Kind::PropertyNames),
    param("min", Kind::PropertyNames),
    param("max", Kind::PropertyNames),
    param("group", Kind::Texts),
    older("limit", Kind::Count),
    older("sort", Kind::Sort),
    older("group_by_source", Kind::Flag),
];

/// The members of an element of `sort`.
pub(super) const SORT: &[Param] =
    &[required("key", Kind::PropertyNames), param("order", Kind::OneOf(&["ascending", "descending"]))];

/// The members of `is_connected_to`, beside `any` and `all`, which hold lists of the same.
pub(super) const CONNECTED: &[Param] = &[
    required("ref", Kind::Refer),
    param("connection_class", Kind::ConnectionClass),
    param("direction", DIRECTIONS),
    param("constraints", Kind::OtherConstraints),
];

const CONNECT: &[Param] = &[
    required("ref", Kind::Refer),
    param("class", Kind::NewConnectionClass),
    param("direction", DIRECTIONS),
    param("properties", Kind::OtherProperties),
];

/// The operations on images and videos: `type`, and then the members of that type.
pub(super) const OPERATIONS: &[(&str, &[Param])] = &[
    ("resize", &[param("width", Kind::Count), param("height", Kind::Count), param("scale", Kind::Number)]),
    (
        "crop",
        &[
            required("x", Kind::Count),
            required("y", Kind::Count),
            required("width", Kind::Count),
            required("height", Kind::Count),
        ],
    ),
    ("rotate", &[required("angle", Kind::Number), param("resize", Kind::Bool)]),
    ("flip", &[required("code", Kind::Number)]),
    ("threshold", &[required("value", Kind::Number)]),
    (
        "interval",
        &[required("start", Kind::Count), required("stop", Kind::Count), required("step", Kind::Count)],
    ),
    (
        "preview",
        &[
            param("max_frame_count", Kind::Count),
            param("max_time_fraction", Kind::Number),
            param("max_time_offset", Kind::Text),
            param("max_size_mb", Kind::Number),
        ],
    ),
];

const RANGE: &[Param] = &[required("start", Kind::Count), required("stop", Kind::Count)];

const BATCH: &[Param] = &[
    param("batch_id", Kind::Count),
    param("batch_size", Kind::Count),
    param("batches", Kind::Count),
    param("range", Kind::Object(RANGE)),
];

const FIND: &[Param] = &[
    param("_ref", Kind::Define),
    param("unique", Kind::Flag),
    param("constraints", Kind::Constraints),
    param("group_by_source", Kind::Flag),
    param("results", Kind::Results),
    param("batch", Kind::Object(BATCH)),
    param("sort", Kind::Sort),
    param("limit", Kind::Count),
    param("offset", Kind::Count),
    param("uniqueids", Kind::Texts),
];
const CONNECTS: &[Param] = &[param("is_connected_to", Kind::Connected)];
const BLOBS: &[Param] = &[param("blobs", Kind::Flag)];
const ADD: &[Param] = &[
    param("_ref", Kind::Define),
    param("properties", Kind::Properties),
    param("connect", Kind::Object(CONNECT)),
    param("if_not_found", Kind::Constraints),
];
const UPDATE: &[Param] = &[
    param("ref", Kind::Refer),
    param("constraints", Kind::Constraints),
    param("properties", Kind::Properties),
    param("remove_props", Kind::PropertyNames),
];
const DELETE: &[Param] = &[param("ref", Kind::Refer), param("constraints", Kind::Constraints)];
const WITH_ENTITY: &[Param] = &[param("with_class", Kind::EntityClass)];
const WITH_CONNECTION: &[Param] = &[param("with_class", Kind::ConnectionClass)];
const ENDS: &[Param] = &[param("src", Kind::Refer), param("dst", Kind::Refer)];
const IMAGE_IN: &[Param] = &[param("format", Kind::Text), param("operations", Kind::Operations)];
const IMAGE_OUT: &[Param] = &[param("as_format", Kind::Text), param("operations", Kind::Operations)];

const IMAGE: Target = Target::System("_Image");
const BLOB: Target = Target::System("_Blob");

/// The commands that are checked.
pub(super) const COMMANDS: &[Command] = &[
    command("AddEntity", Verb::Add, Target::Entity, false, &[ADD, &[required("class", Kind::NewClass)]]),
    command("FindEntity", Verb::Find, Target::Entity, false, &[FIND, CONNECTS, WITH_ENTITY]),
    command("UpdateEntity", Verb::Update, Target::Entity, false, &[UPDATE, WITH_ENTITY]),
    command("DeleteEntity", Verb::Delete, Target::Entity, false, &[DELETE, WITH_ENTITY]),
    command(
        "AddConnection",
        Verb::Add,
        Target::Connection,
        false,
        &[&[
            required("class", Kind::NewClass),
            required("src", Kind::Refer),
            required("dst", Kind::Refer),
            param("properties", Kind::Properties),
            param("if_not_found", Kind::Constraints),
        ]],
    ),
    command("FindConnection", Verb::Find, Target::Connection, false, &[FIND, ENDS, WITH_CONNECTION]),
    command("UpdateConnection", Verb::Update, Target::Connection, false, &[UPDATE, WITH_CONNECTION]),
    command("DeleteConnection", Verb::Delete, Target::Connection, false, &[DELETE, WITH_CONNECTION]),
    command("AddImage", Verb::Add, IMAGE, true, &[ADD, IMAGE_IN]),
    command("FindImage", Verb::Find, IMAGE, false, &[FIND, CONNECTS, BLOBS, IMAGE_OUT]),
    command("UpdateImage", Verb::Update, IMAGE, false, &[UPDATE]),
    command("DeleteImage", Verb::Delete, IMAGE, false, &[DELETE]),
    command("AddBlob", Verb::Add, BLOB, true, &[ADD]),
    command("FindBlob", Verb::Find, BLOB, false, &[FIND, CONNECTS, BLOBS]),
    command("UpdateBlob", Verb::Update, BLOB, false, &[UPDATE]),
    command("DeleteBlob", Verb::Delete, BLOB, false, &[DELETE]),
];

/// Commands that a server knows and this checker does not follow yet.
pub(super) const UNCHECKED: &[&str] = &[
    "AddVideo",
    "FindVideo",
    "UpdateVideo",
    "DeleteVideo",
    "AddClip",
    "FindClip",
    "UpdateClip",
    "DeleteClip",
    "AddFrame",
    "FindFrame",
    "UpdateFrame",
    "DeleteFrame",
    "AddBoundingBox",
    "FindBoundingBox",
    "UpdateBoundingBox",
    "DeleteBoundingBox",
    "AddPolygon",
    "FindPolygon",
    "UpdatePolygon",
    "DeletePolygon",
    "AddDescriptor",
    "FindDescriptor",
    "UpdateDescriptor",
    "DeleteDescriptor",
    "AddDescriptorSet",
    "FindDescriptorSet",
    "UpdateDescriptorSet",
    "DeleteDescriptorSet",
    "ExtractFrames",
    "RegionIoU",
    "FindDescriptorBatch",
    "ClassifyDescriptor",
    "GetStatus",
    "GetSchema",
    "CreateIndex",
    "RemoveIndex",
    "GetIndexes",
    "GetMetrics",
    "UserLogMessage",
    "Authenticate",
    "RefreshToken",
    "GenerateToken",
    "CreateUser",
    "UpdateUser",
    "RemoveUser",
    "GetUserDetails",
    "CreateRole",
    "UpdateRole",
    "RemoveRole",
    "CreateCredential",
    "UpdateCredential",
];

impl Command {
    /// The command of a name.
    pub(super) fn of(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// All parameters.
    pub(super) fn params(&self) -> impl Iterator<Item = &'static Param> + Clone {
        self.groups.iter().flat_map(|group| group.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> =
            COMMANDS.iter().map(|command| command.name).chain(UNCHECKED.iter().copied()).collect();
        let len = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), len);
        for command in COMMANDS {
            let mut params: Vec<&str> = command.params().map(|param| param.name).collect();
            let len = params.len();
            params.sort_unstable();
            params.dedup();
            assert_eq!(params.len(), len, "{}", command.name);
        }
    }
}
