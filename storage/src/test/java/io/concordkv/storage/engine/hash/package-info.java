@NullMarked
package io.concordkv.storage.engine.hash;

import org.jspecify.annotations.NullMarked;
