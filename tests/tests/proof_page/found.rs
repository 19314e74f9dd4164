//! What simulated seeds have found: a page that shows sound runs only would hide it.

/// By seed, in the order in which they were run.
pub const FOUND: &str = "\
What runs of 25,000 batches have found, before they were made again with what was mended:

| seed | worlds | said of | where the mistake was | mended in |
| --- | --- | --- | --- | --- |
| 7103, 7106, 7107 | 1748, 1433, 511, 271 | M11, and a file without an end | the simulation: \
a played bank never said what became of a row; a file was taken for another one | 80a163aa |
| 7111 | 1332 | the gateway does not start | **the product**: what a failed sync left of a \
checkpoint's note stood before the next one | 75f2b1c7 |
| 7204 | 1202 | M4 | the simulation: a false total in a signed text that nobody had opened counted \
as told | 6fe932a2 |

Shorter runs have found more while checkers and worlds were made; each mend names its seed in the \
history (`git log --grep seed`). What reading found and no seed did is there too: the worlds can \
only meet what somebody thought of.

";
