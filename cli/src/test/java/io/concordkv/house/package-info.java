/// The plan of the house as a test: who may see whom, and what may not appear where.
@NullMarked
package io.concordkv.house;

import org.jspecify.annotations.NullMarked;
