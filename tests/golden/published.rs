//! What the papers and TF-slim print, wherever a computed value stands beside it.

use mbgen::analysis::{Analysis, Totals};
use mbgen::graph::LayerGraph;
use mbgen::layer::Kind;
use mbgen::spec::Activation;
use serde_json::Value;

use crate::networks::{expand, published, read};

fn graph(model: &str, width: &Value, resolution: &Value) -> LayerGraph {
    expand(&published(model, width.as_f64().unwrap(), resolution.as_u64().unwrap()))
}

fn totals(model: &str, width: &Value, resolution: &Value) -> Totals {
    Totals::of(&graph(model, width, resolution))
}

/// The rows of a table.
fn rows(table: &str) -> Vec<Vec<Value>> {
    let file = read("published.json");
    let rows = file[table]["rows"].as_array().unwrap_or_else(|| panic!("{table}"));
    rows.iter().map(|row| row.as_array().unwrap().clone()).collect()
}

#[test]
fn v1_table2_resources_by_kind() {
    let t = totals("v1_paper", &1.into(), &224.into());
    let kinds = [
        (t.macs_by_op.pw, t.weights_by_op.pw),
        (t.macs_by_op.dw, t.weights_by_op.dw),
        (t.macs_by_op.conv, t.weights_by_op.conv),
        (t.macs_by_op.fc, t.weights_by_op.fc),
    ];
    for (row, (macs, weights)) in rows("v1_table2_resource_per_layer_type").iter().zip(kinds) {
        let percent = |part: u64, whole: u64| (1e6 * part as f64 / whole as f64).round() / 1e4;
        assert_eq!(row[3], percent(macs, t.macs), "{}", row[0]);
        assert_eq!(row[4], percent(weights, t.weights), "{}", row[0]);
    }
}

#[test]
fn v1_table3_one_layer() {
    let table = rows("v1_table3_one_layer");
    let block = |width: f64, resolution: u64| {
        let graph = graph("v1_paper", &width.into(), &resolution.into());
        let blocks = Analysis::of(&graph).separable.blocks;
        let block = blocks.iter().find(|b| b.block == "stage2.0").unwrap();
        [block.macs_std, block.params_std, block.macs_dwsep, block.params_dwsep]
    };
    let [macs_std, params_std, macs, params] = block(1.0, 224);
    let [_, _, macs_thin, params_thin] = block(0.75, 224);
    let [_, _, macs_small, params_small] = block(0.75, 160);
    let ours = [
        (macs_std, params_std),
        (macs, params),
        (macs_thin, params_thin),
        (macs_small, params_small),
    ];
    for (row, (macs, params)) in table.iter().zip(ours) {
        assert_eq!((&row[3], &row[4]), (&macs.into(), &params.into()), "{}", row[0]);
    }
}

#[test]
fn v1_tables_4_and_5_other_networks() {
    let graph = graph("v1_paper", &1.into(), &224.into());
    let analysis = Analysis::of(&graph);
    let table = rows("v1_table4_full_conv");
    let std = analysis.separable.std_model;
    assert_eq!((&table[0][4], &table[0][5]), (&std.macs.into(), &std.params.into()));
    let ours = &analysis.totals;
    assert_eq!((&table[1][4], &table[1][5]), (&ours.macs.into(), &ours.params.into()));

    let table = rows("v1_table5_shallow");
    let mut shallow = published("v1_paper", 1.0, 224);
    shallow.stages.remove(1);
    for (row, t) in table
        .iter()
        .zip([totals("v1_paper", &0.75.into(), &224.into()), Totals::of(&expand(&shallow))])
    {
        assert_eq!((&row[4], &row[5]), (&t.macs.into(), &t.params.into()), "{}", row[0]);
    }
}

#[test]
fn v1_tables_6_7_and_9_width_and_resolution() {
    for row in rows("v1_table6_width") {
        let t = totals("v1_paper", &row[0], &row[1]);
        assert_eq!((&row[5], &row[6]), (&t.macs.into(), &t.params.into()), "{row:?}");
    }
    for row in rows("v1_table7_resolution") {
        assert_eq!(row[5], totals("v1_paper", &row[0], &row[1]).macs, "{row:?}");
    }
    for row in rows("v1_table9_small") {
        let t = totals("v1_paper", &row[0], &row[1]);
        assert_eq!((&row[5], &row[6]), (&t.macs.into(), &t.weights.into()), "{row:?}");
    }
}

#[test]
fn slim_checkpoints() {
    for row in rows("slim_v1_checkpoints") {
        let t = totals("v1_paper", &row[0], &row[1]);
        // TF-slim's batch normalisation has no scale: three values a channel.
        let params = t.weights + t.bias + t.bn_affine / 2 * 3;
        assert_eq!((&row[4], &row[5]), (&t.macs.into(), &params.into()), "{row:?}");
        let within = (t.macs as f64 / 1e6 - row[2].as_f64().unwrap()).abs() <= 1.0;
        assert_eq!(row[6], within, "{row:?}");
    }
    for row in rows("slim_v2_checkpoints") {
        let t = totals("v2", &row[0], &row[1]);
        assert_eq!((&row[4], &row[5]), (&t.macs.into(), &t.weights.into()), "{row:?}");
        assert_eq!(row[2], t.macs / 1_000_000, "{row:?}");
    }
}

#[test]
fn v2_table3_channels() {
    let [v1, v2] = ["v1_paper", "v2"].map(|model| graph(model, &1.into(), &224.into()));
    // The channels and 16-bit bytes of the widest chosen map of that size.
    let widest = |graph: &LayerGraph, size: u64, linear: bool| {
        let outputs = graph.layers().filter(|(_, layer)| layer.kind != Kind::Linear);
        let chosen = outputs.filter(|(_, layer)| {
            layer.output.h as u64 == size
                && (!linear || layer.activation == Activation::None && size > 1)
        });
        let c = chosen.map(|(_, layer)| layer.output.c as u64).max();
        (c, c.map_or(0, |c| 2 * c * size * size))
    };
    for row in rows("v2_table3_peak_channels") {
        let size = row[0].as_u64().unwrap();
        let of_v1 = widest(&v1, size, false);
        assert_eq!((row[4].as_u64(), row[5].as_u64().unwrap()), of_v1, "{size}");
        let of_v2 = widest(&v2, size, true);
        assert_eq!((row[6].as_u64(), row[7].as_u64().unwrap()), of_v2, "{size}");
        if size > 1 {
            assert_eq!(row[8].as_u64(), widest(&v2, size, false).0, "{size}");
        }
    }
}

#[test]
fn v2_table4_imagenet() {
    let networks = [("v1_paper", 1.0), ("v2", 1.0), ("v2", 1.4)];
    for (row, (model, width)) in rows("v2_table4_imagenet").iter().zip(networks) {
        let t = totals(model, &width.into(), &224.into());
        assert_eq!((&row[4], &row[5]), (&t.macs.into(), &t.params.into()), "{}", row[0]);
    }
}

#[test]
fn keras_and_torchvision_parameters() {
    let file = read("published.json");
    for model in ["v1", "v2"] {
        let name = if model == "v1" { "v1_paper" } else { model };
        for (width, params) in file["keras_count_params"][model].as_object().unwrap() {
            let t = totals(name, &width.parse::<f64>().unwrap().into(), &224.into());
            assert_eq!(*params, t.params + t.bn_stats, "{model} {width}");
        }
    }
    let t = totals("v2", &1.into(), &224.into());
    assert_eq!(file["torchvision_meta"]["num_params"], t.params);
}

#[test]
fn slim_v1_layers() {
    let file = &read("published.json")["slim_v1_per_layer"];
    for (key, width, resolution) in [("v1_1.0_224", 1.0, 224_u64), ("v1_0.75_128", 0.75, 128)] {
        let graph = graph("v1_paper", &width.into(), &resolution.into());
        let expected = file[key].as_array().unwrap();
        assert_eq!(expected.len(), 27);
        for ((_, layer), row) in graph.layers().zip(expected) {
            assert_eq!(row[0], layer.parameters().weights, "{key} {}", layer.name);
            assert_eq!(row[1], layer.macs(), "{key} {}", layer.name);
        }
        let t = Totals::of(&graph);
        assert_eq!(file["totals"][key][0], t.weights - t.weights_by_op.fc, "{key}");
        assert_eq!(file["totals"][key][1], t.macs - t.macs_by_op.fc, "{key}");
    }
}
