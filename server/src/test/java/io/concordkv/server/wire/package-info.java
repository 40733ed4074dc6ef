@NullMarked
package io.concordkv.server.wire;

import org.jspecify.annotations.NullMarked;
