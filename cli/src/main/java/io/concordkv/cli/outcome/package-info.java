/// How a command ends: its code, its failure, and which program it was.
@NullMarked
package io.concordkv.cli.outcome;

import org.jspecify.annotations.NullMarked;
