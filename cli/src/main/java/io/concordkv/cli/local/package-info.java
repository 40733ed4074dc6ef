/// A small cluster of processes on this machine.
@NullMarked
package io.concordkv.cli.local;

import org.jspecify.annotations.NullMarked;
