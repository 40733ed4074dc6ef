/// The commands that talk to a cluster, one class each.
@NullMarked
package io.concordkv.cli.command;

import org.jspecify.annotations.NullMarked;
