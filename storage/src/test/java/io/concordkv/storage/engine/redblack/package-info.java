@NullMarked
package io.concordkv.storage.engine.redblack;

import org.jspecify.annotations.NullMarked;
