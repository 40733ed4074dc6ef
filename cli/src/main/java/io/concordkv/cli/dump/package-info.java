/// `concord dump`: what lies in the files of a node, readable. Everything here only looks: it takes
/// no lock and writes nothing into a node's directory, so it may look at a node that runs.
///
/// The formats are read by those who write them; what a command came to is found out by applying
/// it, on a copy-on-write view of the files ([OverlayFiles]).
@NullMarked
package io.concordkv.cli.dump;

import org.jspecify.annotations.NullMarked;
