@NullMarked
package io.concordkv.node.shard;

import org.jspecify.annotations.NullMarked;
