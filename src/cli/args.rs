//! What may be given on the command line and in the environment.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Proves that an HTTP API keeps its OpenAPI contract.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 conforms · 1 findings · 2 wrong input · 3 could not tell · 4 nothing was tested · 130 interrupted"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fire the cases at a target and judge its answers (with --spec and no --cases: a generated request
    /// for each operation; without --target-url: the built-in cases at the embedded reference)
    Run(Box<RunArgs>),
    /// Write a profile and case files for a contract of your own, to be filled in
    Init(InitArgs),
    /// Say what is wrong with an OpenAPI document
    Lint(LintArgs),
    /// List cases, clauses, checks or formats of reports
    List(ListArgs),
    /// Explain a clause, a case or a check by its id
    Explain(ExplainArgs),
    /// Serve the built-in contract's reference server
    #[cfg(feature = "reference")]
    Serve(ServeArgs),
    /// Write the built-in contract, generated from its Rust types, and the case file's JSON Schema
    Spec(SpecArgs),
    /// Write the API documentation of a contract
    Docs(DocsArgs),
    /// Judge what was recorded, without a target: by a run, a browser, a proxy or a test tool
    Judge(JudgeArgs),
    /// Accept what a recorded run found, in a file of waivers
    Waive(WaiveArgs),
    /// Put the records of several implementations side by side: clauses by implementations, and the holes
    /// in the contract
    Matrix(MatrixArgs),
    /// Put the records of a run's parts together
    Merge(MergeArgs),
}

/// The contract and its cases.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ContractArgs {
    /// OpenAPI document of version 2.0 to 3.2, JSON or YAML: a file, a URL, or - for standard input
    /// [default: the built-in contract]
    #[arg(long, value_name = "FILE|URL", env = "PROOFMARK_SPEC")]
    pub(super) spec: Option<PathBuf>,
    /// Overlay to apply to the document: a file or a URL (repeatable, in order)
    #[arg(long = "overlay", value_name = "FILE|URL")]
    pub(super) overlays: Vec<PathBuf>,
    /// Fetch what the document refers to on other hosts
    #[arg(long)]
    pub(super) allow_remote_refs: bool,
    /// Folder of case files [default: the built-in cases]
    #[arg(long, value_name = "DIR", env = "PROOFMARK_CASES")]
    pub(super) cases: Option<PathBuf>,
}

/// Cases that are made from the contract.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct GeneratedArgs {
    /// Add a generated case for each operation: one request that keeps the contract [default where
    /// there is --spec and no --cases]
    #[arg(long)]
    pub(super) generated: bool,
    /// Only cases that change nothing: all their requests are GET, HEAD, OPTIONS, TRACE or QUERY
    #[arg(long)]
    pub(super) safe_methods_only: bool,
}

/// The target, and how to talk to it. Flags win over the environment, the environment over
/// proofmark.toml.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct TargetArgs {
    /// URL of the implementation to test, base path included
    #[arg(long, value_name = "URL", env = "PROOFMARK_TARGET_URL")]
    pub(super) target_url: Option<String>,
    /// A variable of the target, such as `image_id`=… (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
    /// A credential: VALUE for the default identity, IDENTITY=VALUE for another (repeatable;
    /// `PROOFMARK_TOKEN` and `PROOFMARK_TOKEN_IDENTITY` keep it off the command line)
    #[arg(long = "token", value_name = "[IDENTITY=]VALUE")]
    pub(super) tokens: Vec<String>,
    /// A credential for one of several security schemes (repeatable; `PROOFMARK_TOKEN_SCHEME` and
    /// `PROOFMARK_TOKEN_SCHEME_IDENTITY` keep it off the command line)
    #[arg(long = "credential", value_name = "SCHEME[/IDENTITY]=VALUE")]
    pub(super) credentials: Vec<String>,
    /// A header field sent with every request; its value is treated as a secret (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// A profile of proofmark.toml
    #[arg(long, value_name = "NAME", env = "PROOFMARK_PROFILE")]
    pub(super) profile: Option<String>,
    /// The configuration file [default: proofmark.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "PROOFMARK_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// How many cases are under way at once [default: 8]
    #[arg(long, value_name = "N", env = "PROOFMARK_CONCURRENCY")]
    pub(super) concurrency: Option<usize>,
    /// Seconds one exchange may take [default: 10]
    #[arg(long, value_name = "SECONDS", env = "PROOFMARK_TIMEOUT")]
    pub(super) timeout: Option<f64>,
    /// Certificates (PEM) of the authorities to believe in the place of the system's
    #[arg(long, value_name = "FILE", env = "PROOFMARK_CA_FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// The client's certificate (PEM), which the scheme `mutualTLS` asks for
    #[arg(long, value_name = "FILE", env = "PROOFMARK_CLIENT_CERTIFICATE")]
    pub(super) client_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM) [default: in the certificate's file]
    #[arg(long, value_name = "FILE", env = "PROOFMARK_CLIENT_KEY")]
    pub(super) client_key: Option<PathBuf>,
    /// Do NOT verify certificates
    #[arg(long)]
    pub(super) insecure: bool,
    /// Keep a record of the run in this folder
    #[arg(long, value_name = "DIR", env = "PROOFMARK_RECORD")]
    pub(super) record: Option<PathBuf>,
    /// Write the verdicts of cases and clauses to this file, or to one named after the program in this
    /// folder, which ends in a slash or is there
    #[arg(long, value_name = "FILE|DIR/")]
    pub(super) verdicts: Option<PathBuf>,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    #[command(flatten)]
    pub(super) said: SaidArgs,
}

/// When a run is over before its last case.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct PaceArgs {
    /// Begin no further case once one failed or could not be judged
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Begin no further case after this long, such as 60s or 2m. What the file of --verdicts says failed
    /// or was not run comes first, and clauses that are not reached are named
    #[arg(long, value_name = "DURATION", env = "PROOFMARK_BUDGET")]
    pub(super) budget: Option<jiff::SignedDuration>,
    /// Send a case that did not pass again, up to N times; one that then passes is called flaky, and fails
    /// the gate
    #[arg(long, value_name = "N", default_value_t = 0, env = "PROOFMARK_RETRIES")]
    pub(super) retries: usize,
    /// Let the gate pass with flaky cases
    #[arg(long)]
    pub(super) allow_flaky: bool,
}

/// What is accepted of a target, and what is written of a run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Acceptance and reports")]
pub(super) struct SaidArgs {
    /// The target's accepted deviations: a YAML file
    #[arg(long, value_name = "FILE", env = "PROOFMARK_WAIVERS")]
    pub(super) waivers: Option<PathBuf>,
    /// Fail where this share of the clauses that must hold, or one of this pattern, was not put to the
    /// test (repeatable)
    #[arg(
        long,
        value_name = "PERCENT%|PATTERN",
        env = "PROOFMARK_REQUIRE_CLAUSES"
    )]
    pub(super) require_clauses: Vec<String>,
    /// Write a report, to a file or to standard output; `proofmark list reports` has the formats
    /// (repeatable)
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    pub(super) reports: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) select: SelectArgs,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) generated: GeneratedArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    /// Say which cases would be run, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Which cases. Several of one kind: any of them; of several kinds: all of them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Only cases whose id holds one of these texts
    #[arg(value_name = "FILTER")]
    pub(super) filters: Vec<String>,
    /// Only cases of this operation (repeatable)
    #[arg(long = "operation", value_name = "NAME")]
    pub(super) operations: Vec<String>,
    /// Only cases of operations with this tag (repeatable)
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,
    /// Only cases of operations on this path, as the contract writes it (repeatable)
    #[arg(long = "path", value_name = "PATH")]
    pub(super) paths: Vec<String>,
    /// Only cases of operations with this method (repeatable)
    #[arg(long = "method", value_name = "METHOD")]
    pub(super) methods: Vec<String>,
    /// Only cases that may put a clause of this pattern to the test: * stands for one segment, ** for any
    /// number (repeatable)
    #[arg(long = "clause", value_name = "PATTERN")]
    pub(super) clauses: Vec<String>,
    /// Only cases this CEL expression holds for, over `case`, `operation`, `method`, `path`, `tags`,
    /// `level` and `generated`: `"pets" in tags && method != "DELETE"` (repeatable)
    #[arg(long = "select", value_name = "EXPRESSION")]
    pub(super) select: Vec<String>,
    /// Only the K-th of N parts of the selected cases
    #[arg(long, value_name = "K/N", env = "PROOFMARK_SHARD")]
    pub(super) shard: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// OpenAPI document: a file, a URL, or - for standard input [default: the built-in contract]
    #[arg(value_name = "FILE|URL", env = "PROOFMARK_SPEC")]
    pub(super) spec: Option<PathBuf>,
    /// Overlay to apply to the document: a file or a URL (repeatable, in order)
    #[arg(long = "overlay", value_name = "FILE|URL")]
    pub(super) overlays: Vec<PathBuf>,
    /// Fetch what the document refers to on other hosts
    #[arg(long)]
    pub(super) allow_remote_refs: bool,
    /// Exit with 0 where there are warnings and no errors
    #[arg(long)]
    pub(super) allow_warnings: bool,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// OpenAPI document: a file, a URL, or - for standard input
    #[arg(long, value_name = "FILE|URL", env = "PROOFMARK_SPEC")]
    pub(super) spec: PathBuf,
    /// Overlay to apply to the document: a file or a URL (repeatable, in order)
    #[arg(long = "overlay", value_name = "FILE|URL")]
    pub(super) overlays: Vec<PathBuf>,
    /// Fetch what the document refers to on other hosts
    #[arg(long)]
    pub(super) allow_remote_refs: bool,
    /// Folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Listed {
    Cases,
    Clauses,
    Checks,
    Reports,
    #[cfg(feature = "reference")]
    Faults,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(default_value = "cases")]
    pub(super) what: Listed,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) generated: GeneratedArgs,
    /// A variable of the target for generated cases, such as `image_id`=… (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
    /// Only clauses of this pattern: * stands for one segment, ** for any number
    #[arg(long, value_name = "PATTERN")]
    pub(super) clause: Option<String>,
    /// Only clauses of this level
    #[arg(long, value_name = "LEVEL", value_parser = ["must", "should", "may"])]
    pub(super) level: Option<String>,
    /// Only clauses that this side has to keep: answers, requests that must be refused, or both together
    #[arg(long, value_name = "SIDE", value_parser = ["response", "request", "law"])]
    pub(super) side: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A clause's, a case's or a check's id
    pub(super) id: String,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) generated: GeneratedArgs,
    /// A variable of the target for generated cases, such as `image_id`=… (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
    /// A record of a run, for what became of a clause in it
    #[arg(long, value_name = "DIR")]
    pub(super) record: Option<PathBuf>,
}

#[cfg(feature = "reference")]
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) addr: std::net::SocketAddr,
    /// Turn a seeded fault on (repeatable); `list` lists them
    #[arg(long = "fault", value_name = "NAME")]
    pub(super) faults: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SpecFormat {
    Yaml,
    Json,
    /// The JSON Schema of case files
    CaseSchema,
    /// The JSON Schema of the reports `json` and `events`
    ReportSchema,
}

#[derive(Debug, Args)]
pub(super) struct SpecArgs {
    /// The format
    #[arg(long, value_enum, default_value = "yaml")]
    pub(super) format: SpecFormat,
    /// Write to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write everything that is generated into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "format"])]
    pub(super) all: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct DocsArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// A record whose exchanges are the examples, and whose broken and waived clauses are shown where the
    /// contract speaks of them (repeatable: the parts of one run)
    #[arg(long = "record", value_name = "DIR")]
    pub(super) records: Vec<PathBuf>,
    /// The target's accepted deviations: a YAML file
    #[arg(long, value_name = "FILE", requires = "records")]
    pub(super) waivers: Option<PathBuf>,
    /// Write to this file; .md makes it Markdown, anything else HTML
    #[arg(long, value_name = "FILE", required_unless_present = "check")]
    pub(super) out: Option<PathBuf>,
    /// Write nothing; fail if the file isn't what would be written, or if an example of the contract isn't
    /// what the record shows
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// What was recorded: records of runs (folders or their .ndjson files), HAR files, YAML cassettes of VCR
    /// or vcrpy, single exchanges
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// Write the verdicts of cases and clauses to this file, or to one named after the program in this
    /// folder, which ends in a slash or is there
    #[arg(long, value_name = "FILE|DIR/")]
    pub(super) verdicts: Option<PathBuf>,
    #[command(flatten)]
    pub(super) said: SaidArgs,
    /// The base path that the targets of other tools' requests begin with [default: that of the contract's
    /// servers, or what fits]
    #[arg(long, value_name = "PATH")]
    pub(super) base_path: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct WaiveArgs {
    /// Records of the run (folders or their files)
    #[arg(required = true, value_name = "RECORD")]
    pub(super) records: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// The file of waivers; it is made if it isn't there, and keeps its comments and its order
    #[arg(long, value_name = "FILE", env = "PROOFMARK_WAIVERS")]
    pub(super) waivers: PathBuf,
    /// Only clauses of this pattern: * stands for one segment, ** for any number (repeatable)
    #[arg(long = "clause", value_name = "PATTERN")]
    pub(super) clauses: Vec<String>,
    /// Why the deviations are accepted
    #[arg(long, value_name = "TEXT", required_unless_present = "prune", requires_all = ["owner", "expires"])]
    pub(super) reason: Option<String>,
    /// Who accepts them
    #[arg(long, value_name = "NAME", requires = "reason")]
    pub(super) owner: Option<String>,
    /// The last day on which they are accepted, in UTC
    #[arg(long, value_name = "YYYY-MM-DD", requires = "reason")]
    pub(super) expires: Option<jiff::civil::Date>,
    /// Where they are to be mended
    #[arg(long, value_name = "TEXT", requires = "reason")]
    pub(super) ticket: Option<String>,
    /// Remove waivers that are no longer needed
    #[arg(long)]
    pub(super) prune: bool,
}

#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// An implementation: what it is called, and the record of its run (a folder or its file)
    #[arg(required = true, value_name = "NAME=RECORD")]
    pub(super) records: Vec<String>,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// Write to this file; .md makes it Markdown, .json JSON, anything else HTML
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Records (folders or their .ndjson files)
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The folder the whole record is put into
    #[arg(long, value_name = "DIR")]
    pub(super) into: PathBuf,
}
