/// How fast and how compact the storage engines are, beside others, in one run on one machine.
@NullMarked
package io.concordkv.bench.engines;

import org.jspecify.annotations.NullMarked;
