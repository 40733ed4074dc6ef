@NullMarked
package io.concordkv.cli.command;

import org.jspecify.annotations.NullMarked;
