@NullMarked
package io.concordkv.node.command;

import org.jspecify.annotations.NullMarked;
