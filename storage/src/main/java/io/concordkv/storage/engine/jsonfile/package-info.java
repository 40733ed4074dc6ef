/// A store that a person can read: one JSON file, written anew as a whole and put in the place of
/// the old one in one step. For tests and for teaching; it refuses to grow past a stated size.
@NullMarked
package io.concordkv.storage.engine.jsonfile;

import org.jspecify.annotations.NullMarked;
