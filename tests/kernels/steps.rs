//! Steps are built and held to each other, or refused with the reason; those that are built never read
//! or write beside their memory.

use std::ops::Range;

use mbgen::kernels::isa::InstructionSet;
use mbgen::kernels::operators;
use mbgen::kernels::steps::{
    Fault, Join, LINEAR, Memory, Network, PANEL, Packed, Place, RELU6, Runner, Split, Step, Tensor,
    Window, aligned, bias_len, dense_len, depthwise_len, head_len,
};

type Builder = mbgen::kernels::steps::Builder<2>;
type Built = Result<Step<2>, &'static str>;

const K3: Window = Window::new(3, 1, [1; 4]);
const INPUT: Tensor = Tensor::input(16, 6, 5);

/// A tensor of the input's shape that a step before made at an offset.
fn made(at: usize) -> Tensor {
    Tensor { place: Place::Arena(at), maker: 1, ..INPUT }
}

fn from(source: Tensor) -> Builder {
    Step::from(source)
}

/// Elements of the packed weights of a pointwise convolution from 16 channels to 16.
const POINTWISE: usize = 16 + 16 * 16;
/// And of a 3×3 depthwise one on 16.
const DEPTHWISE: usize = 16 + 9 * 16;
/// And of the classifier of 16 channels to 10 outputs.
const CLASSIFIER: Packed = of_16(0..16 + 16 * 16);

/// Weights in panels of 16 channels.
const fn of_16(values: Range<usize>) -> Packed {
    Packed::new(values, 16)
}

/// The weights of a pointwise convolution from an offset on.
fn pw(at: usize) -> Packed {
    of_16(at..at + POINTWISE)
}

/// The same of a projection.
fn projected(at: usize) -> Packed {
    Packed::new(at..at + POINTWISE, PANEL)
}

/// The weights of a depthwise convolution.
fn dw(at: usize) -> Packed {
    of_16(at..at + DEPTHWISE)
}

/// An inverted residual block.
fn block(source: Tensor) -> Builder {
    block_with(source, 0)
}

/// The same with its weights from an offset on.
fn block_with(source: Tensor, at: usize) -> Builder {
    block_in(source, at, 16)
}

/// The same in panels of so many channels.
fn block_in(source: Tensor, at: usize, panel: usize) -> Builder {
    let second = at + POINTWISE;
    let weights = |values| Packed::new(values, panel);
    from(source)
        .expand(16, RELU6, weights(at..second))
        .depthwise(K3, RELU6, weights(second..second + DEPTHWISE))
        .project(16, projected(second + DEPTHWISE))
}

#[test]
fn sizes_follow_from_the_layers() {
    let first = Packed::new(32..32 + 48 + 144 * 40, 32);
    let second = Packed::new(80 + 144 * 40..80 + 144 * 40 + 48 + 9 * 40, 32);
    let step = from(INPUT)
        .conv(40, Window::new(3, 2, [0, 0, 1, 1]), RELU6, first)
        .depthwise(K3, RELU6, second)
        .bands(1)
        .in_panels()
        .at(64);
    let Step::Chain(chain) = step else { panic!("a chain") };
    let [unit] = chain.units() else { panic!("one unit") };
    let dense = unit.dense.unwrap();
    assert_eq!((dense.panel, unit.depthwise.panel, chain.out.panel), (32, 32, 32));
    assert_eq!((unit.input, unit.output, chain.out.shape()), ((3, 2), (3, 2), [40, 3, 2]));
    assert_eq!((unit.ring_rows, unit.ring_panel, unit.ring_shared), (3, 32, false));
    assert_eq!((step.scratch(), step.workspace()), (40 * 3 * 2, None));
    assert_eq!(step.weights(), 32..32 + 48 + 144 * 40 + 48 + 9 * 40);
    assert_eq!(step.macs(), 6 * 40 * (144 + 9));
    assert_eq!((chain.out.maker, chain.out.place), (32, Place::Arena(64)));

    let Step::Chain(chain) = block(made(0)).at_with(1024, 512) else { panic!("a chain") };
    let unit = chain.units()[0];
    assert!(unit.ring_shared, "one band of the whole map");
    let by_panels = block(made(0)).split(Split::Panels).at_with(1024, 512);
    assert_eq!(by_panels.workspace(), Some((512, INPUT.len())));
    let Step::Head(head) = from(INPUT).pool().classify(10, CLASSIFIER).at(0) else {
        panic!("a head")
    };
    assert_eq!((head.c, head.panel, head.sums_len()), (16, 16, 4 * (16 + 16)));
}

/// Why it is refused, and what.
type Refused = (&'static str, fn() -> Built);

const REFUSED: [Refused; 49] = [
    ("an empty map", || from(Tensor { h: 0, ..INPUT }).pool().build(0, 0)),
    ("an empty map", || from(INPUT).pointwise(0, LINEAR, of_16(0..0)).build(0, 0)),
    ("a map larger than any memory", || {
        from(Tensor { h: usize::MAX / 16 + 2, ..INPUT }).pool().build(0, 0)
    }),
    ("a map larger than any memory", || {
        from(INPUT).pointwise(1 << 60, LINEAR, of_16(0..0)).build(0, 0)
    }),
    ("panels of the source", || from(Tensor { panel: 0, ..INPUT }).pool().build(0, 0)),
    ("panels of the source", || from(Tensor { panel: 17, ..INPUT }).pool().build(0, 0)),
    ("panels of the source", || {
        from(Tensor { panel: 8, ..INPUT }).depthwise(K3, RELU6, dw(0)).build(0, 0)
    }),
    ("panels of the source", || {
        from(Tensor { panel: 8, ..INPUT }).pool().classify(10, CLASSIFIER).build(0, 0)
    }),
    ("no step reads the logits", || {
        from(Tensor { place: Place::Logits, ..INPUT }).pool().build(0, 0)
    }),
    ("a dense convolution follows a depthwise one or the source", || {
        from(INPUT).project(16, pw(0)).project(16, pw(POINTWISE)).build(0, 0)
    }),
    ("a dense convolution follows a depthwise one or the source", || {
        from(INPUT).pool().project(16, pw(0)).build(0, 0)
    }),
    ("a window over all channels reads a source in one panel", || {
        from(Tensor { panel: 8, ..INPUT })
            .conv(16, K3, RELU6, of_16(0..dense_len(3, 16, 16)))
            .build(0, 0)
    }),
    ("a window over all channels reads a source in one panel", || {
        from(INPUT)
            .depthwise(K3, RELU6, dw(0))
            .conv(16, K3, RELU6, of_16(DEPTHWISE..DEPTHWISE))
            .build(0, 0)
    }),
    ("a depthwise convolution follows a dense one or the source", || {
        from(INPUT).depthwise(K3, RELU6, dw(0)).depthwise(K3, RELU6, dw(DEPTHWISE)).build(0, 0)
    }),
    ("a depthwise convolution follows a dense one or the source", || {
        from(INPUT).pool().depthwise(K3, RELU6, dw(0)).build(0, 0)
    }),
    ("nothing follows a sum", || {
        from(INPUT).project(16, pw(0)).add(INPUT).depthwise(K3, RELU6, dw(POINTWISE)).build(0, 0)
    }),
    ("more depthwise convolutions than a step may have", || {
        let mut builder = from(INPUT);
        for unit in 0..3 {
            let at = unit * (POINTWISE + DEPTHWISE);
            builder = builder.project(16, pw(at)).depthwise(K3, RELU6, dw(at + POINTWISE));
        }
        builder.build(0, 0)
    }),
    ("more rows than a depthwise convolution may have", || {
        from(Tensor { h: (1 << 31) + 1, ..INPUT }).depthwise(K3, RELU6, dw(0)).build(0, 0)
    }),
    ("a sum follows a dense convolution", || {
        from(INPUT).depthwise(K3, RELU6, dw(0)).add(INPUT).build(0, 0)
    }),
    ("a sum follows a dense convolution", || {
        from(INPUT).project(16, pw(0)).add(INPUT).add(INPUT).build(0, 0)
    }),
    ("a pool follows a pointwise convolution or the source", || {
        from(INPUT).conv(16, K3, RELU6, of_16(0..dense_len(3, 16, 16))).pool().build(0, 0)
    }),
    ("a pool follows a pointwise convolution or the source", || {
        from(INPUT).depthwise(K3, RELU6, dw(0)).pool().build(0, 0)
    }),
    ("a classifier follows a pool", || from(INPUT).classify(10, CLASSIFIER).build(0, 0)),
    ("a classifier follows a pool", || from(INPUT).pool().build(0, 0)),
    ("a classifier has outputs", || from(INPUT).pool().classify(0, of_16(0..0)).build(0, 0)),
    ("bands are rows of a depthwise convolution", || {
        from(INPUT).project(16, pw(0)).bands(1).build(0, 0)
    }),
    ("panels of whole vectors", || block_in(INPUT, 0, 12).build(0, 0)),
    ("panels of whole vectors", || block_in(INPUT, 0, 0).build(0, 0)),
    ("a depthwise convolution has the panels of the dense one before it", || {
        let weights = Packed::new(pw(0).values(), 8);
        from(INPUT).project(16, weights).depthwise(K3, RELU6, dw(POINTWISE)).build(0, 0)
    }),
    ("a projection has the widest panels", || {
        let weights = pw(DEPTHWISE);
        from(INPUT).depthwise(K3, RELU6, dw(0)).project(16, weights).build(0, 0)
    }),
    ("an empty window", || {
        from(INPUT).depthwise(Window { stride: 0, ..K3 }, RELU6, dw(0)).build(0, 0)
    }),
    ("a window reaches over a border by more than half of itself", || {
        from(INPUT).depthwise(Window { bottom: 2, ..K3 }, RELU6, dw(0)).build(0, 0)
    }),
    ("a window is larger than its map", || {
        from(INPUT).depthwise(Window::new(8, 1, [0; 4]), RELU6, dw(0)).build(0, 0)
    }),
    ("a layer's weights do not follow those before them", || {
        from(INPUT).project(16, pw(0)).depthwise(K3, RELU6, dw(POINTWISE + 16)).build(0, 0)
    }),
    ("a layer has other weights", || from(INPUT).project(16, of_16(0..POINTWISE + 1)).build(0, 0)),
    ("a layer has other weights", || {
        from(INPUT).pool().classify(10, of_16(0..CLASSIFIER.values().end - 1)).build(0, 0)
    }),
    ("a layer's weights do not follow those before them", || {
        from(INPUT).project(16, pw(0)).depthwise(K3, RELU6, dw(0)).build(0, 0)
    }),
    ("weights larger than any memory", || {
        from(INPUT).project(16, of_16(usize::MAX..usize::MAX)).build(0, 0)
    }),
    ("weights larger than any memory", || {
        from(INPUT).pool().classify(1 << 58, of_16(0..0)).build(0, 0)
    }),
    ("a step has a layer", || from(INPUT).build(0, 0)),
    ("the convolution's bias does not follow the classifier's", || {
        from(INPUT).project(16, pw(0)).pool().classify(10, CLASSIFIER).build(0, 0)
    }),
    ("the sums overlap the source", || from(made(0)).pool().classify(10, CLASSIFIER).build(0, 479)),
    ("a classifier has the panels of what is pooled", || {
        let bias = of_16(16..16 + 16);
        let weights = Packed::new(0..head_len(10, 16, Some(16)), 8);
        from(INPUT).project(16, bias).pool().classify(10, weights).build(0, 0)
    }),
    ("threads share panels of one whole map", || {
        block(INPUT).bands(2).split(Split::Panels).build(0, 0)
    }),
    ("panels of more channels than there are", || block_in(INPUT, 0, 32).build(0, 0)),
    ("a band is one row to all of the map", || block(INPUT).bands(7).build(0, 0)),
    ("the output overlaps the source", || block(made(0)).build(479, 0)),
    ("the output overlaps what is added", || block(INPUT).add(made(480)).build(1, 0)),
    ("what is added has another shape", || block(INPUT).add(Tensor { h: 5, ..INPUT }).build(0, 0)),
];

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    for (reason, build) in REFUSED {
        assert_eq!(build(), Err(reason));
    }
    let by_panels = |rows| block(made(0)).add(made(480)).split(Split::Panels).build(960, rows);
    assert!(by_panels(1440).is_ok());
    assert_eq!(by_panels(479), Err("the rows overlap the source"));
    assert_eq!(by_panels(1439), Err("the rows overlap the output"));
    assert_eq!(by_panels(usize::MAX), Err("rows larger than any memory"));
    let out = block(INPUT).build(usize::MAX, 0);
    assert_eq!(out, Err("an output beyond any memory"));
}

/// What is wrong with a network of these steps and so many weights.
fn wrong(weights: usize, steps: &[(&str, Step<2>)]) -> Option<String> {
    Network::prove(weights, steps).err().map(|fault: Fault| fault.to_string())
}

#[test]
fn networks_overwrite_nothing_and_use_every_weight_once() {
    let len = INPUT.len();
    let step = |source, weights, at| from(source).pointwise(16, RELU6, pw(weights)).at(at);
    let a = step(INPUT, 0, 0);
    let b = step(a.out(), POINTWISE, len);
    let c = |at| step(b.out(), 2 * POINTWISE, at);
    let d =
        |source, residual| from(source).project(16, pw(3 * POINTWISE)).add(residual).at(3 * len);
    let end = 4 * POINTWISE;
    let steps = |c: Step<2>, d| [("a", a), ("b", b), ("c", c), ("d", d)];
    let right = steps(c(2 * len), d(c(2 * len).out(), a.out()));
    assert_eq!(wrong(end, &right), None);
    let sizes = Network::new(end, &right).sizes();
    assert_eq!((sizes.input, sizes.weights, sizes.shared), (len, end, 4 * len));

    // As large as what it overwrites, and at the same place.
    let over = steps(c(0), d(c(0).out(), a.out()));
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(wrong(end, &over), said("c: it overwrites what a later step reads"));
    let partly = steps(c(2 * len), d(b.out(), made(5 * len)));
    assert_eq!(wrong(end, &partly), said("d: it reads what no step before it makes"));
    let [a, b, c, d] = right;
    assert_eq!(
        wrong(end, &[a, c, b, d]),
        said("c: its weights do not begin where those before them end")
    );
    assert_eq!(
        wrong(end, &[a, b, b, d]),
        said("b: its weights do not begin where those before them end")
    );
    assert_eq!(
        wrong(end, &[a, b, d]),
        said("d: its weights do not begin where those before them end")
    );
    assert_eq!(wrong(end, &[a, b, c]), said("c: the weights do not end with its own"));
    assert_eq!(wrong(end + 16, &right), said("d: the weights do not end with its own"));

    let head = |source, weights| {
        from(source).pool().classify(3, of_16(weights..weights + head_len(3, 16, None))).at(4 * len)
    };
    let first = head(INPUT, 0);
    assert_eq!(wrong(aligned(first.weights().end), &[("head", first)]), None);
    let next = step(INPUT, aligned(first.weights().end), 0);
    assert_eq!(
        wrong(next.weights().end, &[("head", first), ("next", next)]),
        said("head: only the last step makes the logits")
    );
    let other = step(Tensor::input(16, 5, 6), POINTWISE, len);
    assert_eq!(
        wrong(2 * POINTWISE, &[a, ("other", other)]),
        said("other: the input has another shape")
    );
    // What it overwrites is not in its output, but in what it needs beside.
    let c = |rows| block_with(b.1.out(), 2 * POINTWISE).split(Split::Panels).at_with(2 * len, rows);
    let last = aligned(c(3 * len).weights().end);
    let d = from(c(0).out()).project(16, pw(last)).add(a.1.out()).at(4 * len);
    let steps = |rows| [a, b, ("c", c(rows)), ("d", d)];
    assert_eq!(wrong(last + POINTWISE, &steps(3 * len)), None);
    assert_eq!(
        wrong(last + POINTWISE, &steps(0)),
        said("c: it overwrites what a later step reads")
    );
}

/// Two threads that take turns.
struct Turns;

impl Join for Turns {
    fn threads(&self) -> usize {
        2
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        b();
        a();
    }
}

/// Runs a step on memory that the steps below fit, between guards that nothing may change.
fn attempt(step: Step<2>) {
    const GUARD: f32 = -7.25;
    const MARGIN: usize = 64;
    let steps = [("step", step)];
    let weights = [0.25; 720];
    let Ok(network) = Network::prove(aligned(step.weights().end), &steps) else { return };
    let mut slices = [192, 192, 8].map(|len| vec![GUARD; len + 2 * MARGIN]);
    let [shared, scratch, logits] = slices.each_mut().map(|slice| {
        let end = slice.len() - MARGIN;
        &mut slice[MARGIN..end]
    });
    let (input, join) = ([0.5; 480], Turns);
    let memory = Memory { input: &input, weights: &weights, shared, scratch, threads: 2, logits };
    if let Some(mut runner) =
        Runner::new(network, operators::ops(InstructionSet::detect()), &join, memory)
    {
        runner.run(&mut |_, _| {});
    }
    for slice in &slices {
        let inside = MARGIN..slice.len() - MARGIN;
        let changed = slice.iter().enumerate().find(|(i, x)| !inside.contains(i) && **x != GUARD);
        assert_eq!(changed, None, "written beside {} values", inside.len());
    }
}

/// Numbers whose products and sums wrap, and small ones.
const SIZES: [usize; 11] = [
    0,
    1,
    2,
    8,
    16,
    usize::MAX / 16 + 1,
    usize::MAX / 16 + 2,
    usize::MAX / 8 + 1,
    usize::MAX / 2 + 1,
    usize::MAX - 7,
    usize::MAX,
];

/// Weights of so many elements, or as far as a number goes.
fn from_to(at: usize, len: usize, panel: usize) -> Packed {
    Packed::new(at..at.saturating_add(len), panel)
}

/// Sets two of a step's numbers at a time to every pair of sizes: it is refused, or harmless.
fn sweep<const N: usize>(numbers: [usize; N], build: fn([usize; N]) -> Built) {
    attempt(build(numbers).unwrap());
    let mut built = 0;
    for first in 0..N {
        for second in first..N {
            for a in SIZES {
                for b in SIZES {
                    let mut numbers = numbers;
                    (numbers[first], numbers[second]) = (a, b);
                    if let Ok(step) = build(numbers) {
                        attempt(step);
                        built += 1;
                    }
                }
            }
        }
    }
    assert!(built > 100, "{built} built");
}

#[test]
fn no_size_of_a_convolution_lets_it_write_beside_its_memory() {
    sweep([16, 6, 5, 16, 3, 1, 1, 1, 1, 1, 16, 0, 0], |numbers| {
        let [c, h, w, out, kernel, stride, zeros @ .., panel, weights, at] = numbers;
        let [top, left, bottom, right] = zeros;
        let window = Window::new(kernel, stride, [top, left, bottom, right]);
        let step = from(Tensor::input(c, h, w)).conv(
            out,
            window,
            RELU6,
            from_to(weights, dense_len(kernel, c, out), panel),
        );
        step.build(at, 0)
    });
}

#[test]
fn no_size_of_a_chain_lets_it_write_beside_its_memory() {
    sweep([16, 6, 5, 16, 3, 1, 1, 1, 16, 2, 16, 0, 480], |numbers| {
        let [c, h, w, hidden, kernel, stride, top, left, panel, band, out, at, rows] = numbers;
        let window = Window::new(kernel, stride, [top, left, top, left]);
        let first = from_to(0, dense_len(1, c, hidden), panel);
        let at_second = aligned(first.values().end);
        let second = from_to(at_second, depthwise_len(kernel, hidden), panel);
        let third = from_to(aligned(second.values().end), dense_len(1, hidden, out), PANEL);
        let mut step = from(Tensor::input(c, h, w)).expand(hidden, RELU6, first);
        step = step.depthwise(window, RELU6, second).bands(band);
        step = step.project(out, third);
        if band == h {
            step = step.split(Split::Panels);
        }
        step.build(at, rows)
    });
}

#[test]
fn no_size_of_a_head_lets_it_write_beside_its_memory() {
    sweep([16, 6, 5, 16, 16, 8, 0, 0], |numbers| {
        let [c, h, w, pooled, panel, classes, weights, at] = numbers;
        let step = from(Tensor::input(c, h, w));
        let at_bias = weights.saturating_add(bias_len(classes));
        let bias = from_to(at_bias, bias_len(pooled), panel);
        let weights = from_to(weights, head_len(classes, pooled, Some(c)), panel);
        step.pointwise(pooled, RELU6, bias).pool().classify(classes, weights).build(0, at)
    });
}
