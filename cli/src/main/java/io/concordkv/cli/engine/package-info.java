/// `concord engine`: which engines there are, and how an embedded store moves from one to another.
@NullMarked
package io.concordkv.cli.engine;

import org.jspecify.annotations.NullMarked;
