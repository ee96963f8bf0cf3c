//! Values beside the blocks: width, sizes, names, the head, preprocessing, budgets.

use mbgen::spec::Spec;

use super::{GOOD, check, with};

#[test]
fn width_multiplier() {
    let allowed = "a finite number greater than 0 is allowed";
    for (wrong, value) in
        [("0", "0"), ("-0.5", "-0.5"), (".nan", "NaN"), (".inf", "inf"), ("-.inf", "-inf")]
    {
        let shown = with("multiplier: 1.0", &format!("multiplier: {wrong}"));
        check(&shown, &format!("`multiplier` is {value}"), "4:21", "width.multiplier", allowed);
    }
    let shown = with("multiplier: 1.0", "multiplier: nan");
    check(&shown, "`multiplier` is nan", "4:21", "width.multiplier", "a number is allowed");
}

#[test]
fn rounding_rule() {
    let shown = with("{make_divisible: 8}", "{make_divisable: 8}");
    let allowed = "allowed: `make_divisible`, `floor`, `exact`";
    check(
        &shown,
        "unknown rounding `make_divisable`",
        "4:37",
        "width.rounding.make_divisable",
        allowed,
    );
    let shown = with("{make_divisible: 8}", "{make_divisible: 0}");
    let path = "width.rounding.make_divisible";
    check(&shown, "`make_divisible` is 0", "4:53", path, "a whole number from 1");
    let shown =
        with("multiplier: 1.0, rounding: {make_divisible: 8}", "multiplier: 0.3, rounding: exact");
    assert!(shown.contains("16 channels times 0.3 is 4.8"), "{shown}");
    assert!(shown.contains("--> net.yaml:8:16\n"), "{shown}");
}

#[test]
fn input_sizes() {
    let shown = with("height: 32", "height: 0");
    check(&shown, "`height` is 0", "2:30", "input.height", "a whole number from 1");
    let shown = with("height: 32, width: 32", "height: 40000, width: 40000");
    check(
        &shown,
        "the input has 3 x 40000 x 40000 elements",
        "2:8",
        "input",
        "at most 2147483648 (2^31)",
    );
}

#[test]
fn element_counts_over_2_31() {
    let shown = with("{c: 16, s: 2}", "{c: 16777216, s: 2}");
    let message = "the output of features.0.0 has 16777216 x 16 x 16 = 4294967296 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "8:16", "stages.features[0].conv_bn", "{c: 16777216, s: 2}");
    let shown = with("[16, 1, 2]", "[536870912, 1, 1]");
    let path = "stages.tail[0].residual.rows[0]";
    let message = "the output of tail.0.conv1 has 536870912 x 8 x 8 = 34359738368 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "19:13", path, "[536870912, 1, 1]");
    let shown = with("classes: 10", "classes: 2147483648");
    let message = "the weight of fc has 2147483648 x 64 = 137438953472 elements; \
                   at most 2^31 are allowed";
    check(&shown, message, "20:7", "head", "linear");
}

#[test]
fn names() {
    let allowed = "a letter, then at most 63 letters, digits, `_` or `-`";
    check(&with("name: net", "name: 2net"), "`name` is \"2net\"", "1:7", "name", allowed);
    check(&with("name: net", "name: a/b"), "`name` is \"a/b\"", "1:7", "name", allowed);
    let allowed = "letters, digits or `_`";
    check(&with("  tail:", "  ta.il:"), "module name `ta.il`", "15:3", "stages.ta.il", allowed);
}

#[test]
fn head() {
    let shape = "a head is `global_average_pool`, then `linear`; dropouts may stand between";
    let head = "[{mean: global_average_pool}, {fc: linear}]";
    let shown = with(head, "[]");
    check(&shown, "the head has no layers", "20:7", "head", shape);
    let shown = with(head, "[{mean: global_average_pool}]");
    check(&shown, "the head has no `linear`", "20:7", "head", shape);
    let shown = with(head, "[{fc: linear}, {mean: global_average_pool}]");
    assert!(shown.starts_with("error: `linear` without a pool before it\n"), "{shown}");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [linear, linear]}]");
    check(&shown, "a layer after `linear`", "20:51", "head[1].fc[1]", shape);
    let shown = with(head, "[{mean: global_average_pool}, {mean: linear}]");
    check(&shown, "the name `mean` is taken", "20:38", "head[1].mean", "first used here");
    let shown = with(head, "[{tail: global_average_pool}, {fc: linear}]");
    check(&shown, "the name `tail` is taken", "20:9", "head[0].tail", "a stage has this name");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [{dropout: 1.5}, linear]}]");
    check(&shown, "`dropout` is 1.5", "20:53", "head[1].fc[0].dropout", "less than 1 is allowed");
    let shown = with(head, "[{mean: global_average_pool}, {fc: lienar}]");
    check(&shown, "unknown head layer `lienar`", "20:42", "head[1].fc", "did you mean `linear`?");
    let shown = with(head, "[{mean: {global_average_pool: maen}}, {fc: linear}]");
    let path = "head[0].mean.global_average_pool";
    check(&shown, "unknown pool `maen`", "20:37", path, "did you mean `mean`?");
    let shown = with(head, "[{mean: global_average_pool}, {fc: [dropout, linear]}]");
    check(&shown, "`dropout` without a value", "20:43", "head[1].fc[0]", "write `dropout: ...`");
}

#[test]
fn preprocess() {
    let at = |wrong: &str| with("padding: symmetric", &format!("preprocess: {{{wrong}}}"));
    let shown = at("mean: [0, 0], std: [1, 1, 1]");
    let one_each = "one for each of 3 input channels is allowed";
    check(&shown, "`mean` has 2 numbers", "5:20", "preprocess.mean", one_each);
    let shown = at("mean: [0, 0, 0], std: [1, 0, 1]");
    let allowed = "a number greater than 0 that is normal in f32 is allowed";
    check(&shown, "an entry of std is 0", "5:40", "preprocess.std[1]", allowed);
    for (wrong, value) in [("1e-40", 1e-40), ("-1", -1.0), ("1e39", 1e39), (".nan", f64::NAN)] {
        let shown = at(&format!("mean: [0, 0, 0], std: [1, {wrong}, 1]"));
        let message = format!("an entry of std is {value}");
        check(&shown, &message, "5:40", "preprocess.std[1]", allowed);
    }
    let allowed = "a number that is finite in f32 is allowed";
    for (wrong, value) in [(".nan", f64::NAN), ("-1e39", -1e39), (".inf", f64::INFINITY)] {
        let shown = at(&format!("mean: [0, {wrong}, 0], std: [1, 1, 1]"));
        let message = format!("an entry of mean is {value}");
        check(&shown, &message, "5:24", "preprocess.mean[1]", allowed);
    }
    let shown = at("mean: [0, 1e10, 0], std: [1, 1e-30, 1]");
    let finite = "(pixel/255 - mean)/std must be finite in f32";
    let message = format!("a std of {} with a mean of {}", 1e-30, 1e10);
    check(&shown, &message, "5:43", "preprocess.std[1]", finite);
}

#[test]
fn resize() {
    let at = |wrong: &str| {
        let preprocess =
            format!("preprocess: {{resize: {wrong}, mean: [0, 0, 0], std: [1, 1, 1]}}");
        with("padding: symmetric", &preprocess)
    };
    let (path, whole) = ("preprocess.resize", "a whole number from 1");
    check(&at("0"), "`resize` is 0", "5:22", path, whole);
    check(&at("[8, 8]"), "`resize` is a list", "5:22", path, whole);
    let shorter = "preprocess.resize.shorter";
    check(&at("{shorter: 0.5}"), "`shorter` is 0.5", "5:32", shorter, whole);
    let missing = "`width: ...` belongs here";
    check(&at("{height: 8}"), "missing key `width`", "5:22", "preprocess.resize.width", missing);
    let both = "unknown key `shorter`";
    check(&at("{height: 8, width: 9, shorter: 7}"), both, "5:44", shorter, "`height`, `width`");
    let shown = at("8, filter: lanczos");
    let allowed = "allowed: `bilinear`, `bicubic`, `nearest`";
    check(&shown, "unknown filter `lanczos`", "5:33", "preprocess.filter", allowed);
}

#[test]
fn budgets() {
    let at = |wrong: &str| with("padding: symmetric", &format!("budgets: {{{wrong}}}"));
    let metrics =
        "allowed: `params`, `weights`, `macs`, `flops`, `weight_bytes`, `peak`, `arena`, `time`";
    check(&at("mac: 3M"), "unknown metric `mac`", "5:11", "budgets.mac", metrics);
    let shown = at("macs: 3Q");
    check(&shown, "`macs` is limited to 3Q", "5:17", "budgets.macs", "k M G (powers of 1000)");

    let text = GOOD.replace("padding: symmetric", "budgets: {params: 3.5M, peak: 2MiB, macs: 300}");
    let spec = Spec::parse(&text, "net.yaml").unwrap();
    let read: Vec<_> = spec.budgets.iter().map(|b| (b.metric.name(), b.limit, &*b.text)).collect();
    let expected = [("params", 3_500_000, "3.5M"), ("peak", 2 << 20, "2MiB"), ("macs", 300, "300")];
    assert_eq!(read, expected);
}
