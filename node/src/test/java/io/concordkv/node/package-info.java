@NullMarked
package io.concordkv.node;

import org.jspecify.annotations.NullMarked;
