/// A room with broken rules, for the test of the rules.
@NullMarked
package io.concordkv.house.planted.node;

import org.jspecify.annotations.NullMarked;
