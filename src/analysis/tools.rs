//! What other tools print for the same network, and why it differs from ours.
//!
//! Each figure is a sum of counted quantities, so the figure and its explanation are one thing. The
//! rules hold for evaluation mode and batch 1, and are exact for the versions named here.

use super::Totals;
use super::totals::PoolElems;
use crate::spec::Pool;

/// A tool that counts networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// TylerYep/torchinfo.
    Torchinfo,
    /// facebookresearch/fvcore.
    Fvcore,
    /// sovrasov/flops-counter.pytorch.
    Ptflops,
    /// Lyken17/pytorch-OpCounter.
    Thop,
    /// MrYxJ/calculate-flops.pytorch.
    Calflops,
    /// mit-han-lab/torchprofile.
    Torchprofile,
    /// `count_params` of Keras.
    Keras,
    /// ThanatosShinji/onnx-tool.
    OnnxTool,
    /// `torch.utils.flop_counter`.
    TorchFlopCounter,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 9] = [
        Self::Torchinfo,
        Self::Fvcore,
        Self::Ptflops,
        Self::Thop,
        Self::Calflops,
        Self::Torchprofile,
        Self::Keras,
        Self::OnnxTool,
        Self::TorchFlopCounter,
    ];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Torchinfo => "torchinfo",
            Self::Fvcore => "fvcore",
            Self::Ptflops => "ptflops",
            Self::Thop => "thop",
            Self::Calflops => "calflops",
            Self::Torchprofile => "torchprofile",
            Self::Keras => "keras",
            Self::OnnxTool => "onnx-tool",
            Self::TorchFlopCounter => "torch-flop-counter",
        }
    }

    /// The version whose rules are known; of PyTorch for its own counter.
    pub fn version(self) -> &'static str {
        match self {
            Self::Torchinfo => "1.8.0",
            Self::Fvcore => "0.1.5",
            Self::Ptflops => "0.7.5",
            Self::Thop => "0.1.1",
            Self::Calflops => "0.3.2",
            Self::Torchprofile => "0.1.0",
            Self::Keras => "3.3.3",
            Self::OnnxTool => "1.0.1",
            Self::TorchFlopCounter => "2.2",
        }
    }

    /// The figures that the tool prints.
    pub fn figures(self) -> impl Iterator<Item = &'static Figure> {
        FIGURES.iter().filter(move |figure| figure.tool == self)
    }
}

/// One number that a tool prints.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The tool.
    pub tool: Tool,
    /// Name of the figure in reports.
    pub key: &'static str,
    /// What the sum adds up: how often each quantity is counted.
    pub terms: &'static [(u64, Quantity)],
}

/// A quantity that tools count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// MACs of convolutions and linear layers.
    Macs,
    /// Weights, biases, scale and shift of batch normalisations.
    Params,
    /// Biases of linear layers.
    Bias,
    /// Scale and shift of batch normalisations.
    BnAffine,
    /// Running mean and variance of batch normalisations.
    BnStats,
    /// Elements through batch normalisations.
    BnElems,
    /// Elements through activations.
    ActElems,
    /// Elements through plain ReLU.
    ReluElems,
    /// Comparisons of activations: an element counts once for each bound of its clamp.
    ActBounds,
    /// Elements out of convolutions and linear layers.
    ConvFcOut,
    /// Elements out of linear layers.
    FcOut,
    /// Elements out of residual adds.
    AddElems,
    /// Elements into global pools.
    PoolIn(Pools),
    /// Elements out of global pools.
    PoolOut(Pools),
}

/// The pools that a tool sees: how they are written decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pools {
    /// However they are written.
    All,
    /// Every pool but a call of `mean`.
    NotMean,
    /// Adaptive ones: a module, or a call of its function.
    Adaptive,
    /// Modules.
    Modules,
    /// Adaptive modules.
    AdaptiveModules,
}

impl Pools {
    /// Whether pools that are written so are among them.
    pub fn have(self, pool: Pool) -> bool {
        match self {
            Self::All => true,
            Self::NotMean => pool != Pool::Mean,
            Self::Adaptive => matches!(pool, Pool::Module | Pool::Function),
            Self::Modules => matches!(pool, Pool::Module | Pool::AvgPool2d),
            Self::AdaptiveModules => pool == Pool::Module,
        }
    }

    fn sum(self, totals: &Totals, of: fn(&PoolElems) -> u64) -> u64 {
        let written = Pool::ALL.into_iter().zip(&totals.pools);
        written.filter(|&(pool, _)| self.have(pool)).map(|(_, elems)| of(elems)).sum()
    }
}

impl Quantity {
    /// How many there are in a network.
    pub fn count(self, totals: &Totals) -> u64 {
        match self {
            Self::Macs => totals.macs,
            Self::Params => totals.params,
            Self::Bias => totals.bias,
            Self::BnAffine => totals.bn_affine,
            Self::BnStats => totals.bn_stats,
            Self::BnElems => totals.bn_elems,
            Self::ActElems => totals.act_elems,
            Self::ReluElems => totals.relu_elems,
            Self::ActBounds => totals.act_bounds,
            Self::ConvFcOut => totals.conv_fc_out_elems,
            Self::FcOut => totals.fc_out_elems,
            Self::AddElems => totals.add_elems,
            Self::PoolIn(pools) => pools.sum(totals, |elems| elems.input),
            Self::PoolOut(pools) => pools.sum(totals, |elems| elems.output),
        }
    }
}

impl Figure {
    /// What the tool calls it: the key without the tool's name.
    pub fn name(&self) -> String {
        let tool = self.tool.name().replace('-', "_");
        self.key.trim_start_matches(&tool).trim_start_matches('_').replace('_', " ")
    }

    /// What this report counts in place of the figure, where it is of MACs or of parameters.
    pub fn counterpart(&self, totals: &Totals) -> Option<u64> {
        match self.terms {
            [(_, Quantity::Macs), ..] => Some(totals.macs),
            [(1, Quantity::Params), ..] => Some(totals.params),
            _ => None,
        }
    }

    /// The number that the tool prints.
    pub fn value(&self, totals: &Totals) -> u64 {
        self.terms.iter().map(|&(times, quantity)| times * quantity.count(totals)).sum()
    }
}

const fn figure(tool: Tool, key: &'static str, terms: &'static [(u64, Quantity)]) -> Figure {
    Figure { tool, key, terms }
}

use Quantity::*;

/// Every figure, in the order of reports.
pub const FIGURES: &[Figure] = &[
    figure(Tool::Torchinfo, "torchinfo_mult_adds", &[(1, Macs), (1, BnAffine), (1, Bias)]),
    // f32, doubled for gradients; outputs of convolutions and of batch normalisations both count.
    figure(Tool::Torchinfo, "torchinfo_fwd_bwd_bytes", &[(16, BnElems), (8, FcOut)]),
    figure(Tool::Torchinfo, "torchinfo_param_bytes", &[(4, Params)]),
    figure(Tool::Fvcore, "fvcore_flops", &[(1, Macs), (2, BnElems), (1, PoolIn(Pools::Adaptive))]),
    figure(Tool::Fvcore, "fvcore_activations", &[(1, ConvFcOut)]),
    figure(
        Tool::Ptflops,
        "ptflops_pytorch_macs",
        // A module counts, and so does the function that it calls; but `relu6` is no such function.
        &[
            (1, Macs),
            (2, BnElems),
            (1, ActElems),
            (1, ReluElems),
            (1, Bias),
            (1, PoolIn(Pools::NotMean)),
            (1, PoolIn(Pools::Modules)),
        ],
    ),
    figure(Tool::Ptflops, "ptflops_aten_macs", &[(1, Macs), (1, Bias)]),
    figure(
        Tool::Thop,
        "thop_macs",
        &[
            (1, Macs),
            (4, BnElems),
            (1, PoolIn(Pools::AdaptiveModules)),
            (1, PoolOut(Pools::Modules)),
        ],
    ),
    figure(Tool::TorchFlopCounter, "torch_flop_counter_flops", &[(2, Macs)]),
    figure(
        Tool::Calflops,
        "calflops_flops",
        &[(2, Macs), (2, BnElems), (1, ReluElems), (1, PoolIn(Pools::NotMean))],
    ),
    figure(
        Tool::Torchprofile,
        "torchprofile_macs",
        &[(1, Macs), (1, BnElems), (1, PoolOut(Pools::All))],
    ),
    figure(
        Tool::OnnxTool,
        "onnx_tool_macs",
        &[
            (1, Macs),
            (1, ConvFcOut),
            (1, ActBounds),
            (1, AddElems),
            (1, PoolIn(Pools::All)),
            (4, PoolOut(Pools::Adaptive)),
        ],
    ),
    figure(Tool::Keras, "keras_params", &[(1, Params), (1, BnStats)]),
];
