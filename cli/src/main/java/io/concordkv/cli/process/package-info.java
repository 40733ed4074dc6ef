/// A node as a process: from its settings to a server that runs until it is told to stop.
@NullMarked
package io.concordkv.cli.process;

import org.jspecify.annotations.NullMarked;
