/// `concord engine`: which engines there are, how an embedded store moves from one to another, and
/// its backups.
@NullMarked
package io.concordkv.cli.engine;

import org.jspecify.annotations.NullMarked;
