//! `--help` and the manual pages of every command.

use std::process::Command;

fn mbgen(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
    let output = command.args(args).env_remove("COLUMNS").output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands, by the help of mbgen itself.
fn commands() -> Vec<String> {
    let help = mbgen(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = listed.map(|line| line.split_whitespace().next().unwrap().to_owned());
    let names: Vec<_> = names.filter(|name| name != "help").collect();
    assert_eq!(names.len(), 12, "{names:?}");
    names
}

#[test]
fn help_fits_80_columns_and_has_examples_that_are_whole() {
    let helps = commands().into_iter().map(|name| mbgen(&[&name, "--help"]));
    for help in helps.chain([mbgen(&["--help"])]) {
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        let (_, examples) = help.split_once("\nExamples:\n").expect("examples");
        let examples: Vec<_> = examples.lines().take_while(|line| !line.is_empty()).collect();
        assert!(!examples.is_empty(), "{help}");
        assert!(examples.iter().all(|line| line.starts_with("  mbgen ")), "{help}");
    }
}

/// The headings of a command's help, each with the options below it.
fn groups(command: &str) -> Vec<(String, Vec<String>)> {
    let help = mbgen(&[command, "--help"]);
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in help.lines() {
        match line.strip_suffix(':') {
            Some(heading) if !line.starts_with(' ') => {
                groups.push((heading.to_owned(), Vec::new()))
            }
            _ => {
                let option =
                    line.trim_start().split([' ', ',']).find(|word| word.starts_with("--"));
                let option = option.filter(|_| line.trim_start().starts_with('-'));
                groups.last_mut().into_iter().for_each(|(_, options)| {
                    options.extend(option.map(str::to_owned));
                });
            }
        }
    }
    groups
}

#[test]
fn options_stand_below_the_heading_that_they_fit() {
    const GROUPS: [(&str, &[&str]); 6] = [
        ("Variant of the spec", &["--width", "--resolution", "--classes"]),
        (
            "Activations without ReLU6",
            &["--relu6", "--weights", "--strip-prefix", "--skip-tensors", "--seed"],
        ),
        (
            "Weights and labels",
            &["--weights", "--strip-prefix", "--skip-tensors", "--seed", "--labels"],
        ),
        ("Plan and prediction", &["--machine", "--schedule"]),
        ("Sweep", &["--width", "--resolution", "--classes", "--fit"]),
        ("Gate", &["--max", "--baseline", "--max-increase", "--update-baseline", "--reason"]),
    ];
    let mut seen = Vec::new();
    for command in commands() {
        for (heading, options) in groups(&command) {
            if options.is_empty() || heading == "Options" {
                continue;
            }
            let known = GROUPS.iter().find(|(name, _)| *name == heading);
            let (name, allowed) = known.unwrap_or_else(|| panic!("{command}: {heading}"));
            assert!(
                options.iter().all(|option| allowed.contains(&&**option)),
                "{heading}: {options:?}"
            );
            seen.push(*name);
        }
    }
    assert!(GROUPS.iter().all(|(name, _)| seen.contains(name)), "{seen:?}");
}

#[test]
fn manual_pages_have_the_sections_of_manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    mbgen(&["man", "-o", folder.path().to_str().unwrap()]);
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for name in commands().iter().map(|name| format!("mbgen-{name}.1")).chain(["mbgen.1".into()]) {
        let page = page(&name);
        let sections: Vec<_> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let order = [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "EXIT STATUS",
            "FILES",
            "ENVIRONMENT",
            "SEE ALSO",
        ];
        let found: Vec<_> = sections.iter().filter(|section| order.contains(section)).collect();
        assert!(found.iter().copied().eq(order.iter()), "{name}: {sections:?}");
        assert!(!page.contains("EXTRA"), "{name}");
        let (_, examples) = page.split_once(".SH EXAMPLES\n.nf\n").unwrap();
        assert!(examples.starts_with("  mbgen "), "{name}");
    }
    assert!(page("mbgen.1").contains("mbgen\\-web(1)"));
    assert!(page("mbgen-analyze.1").contains("mbgen(1), mbgen\\-archs(1)"));
    assert_eq!(mbgen(&["man"]), page("mbgen.1"));
}
