@NullMarked
package io.concordkv.storage.engine;

import org.jspecify.annotations.NullMarked;
