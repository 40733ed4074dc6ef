/// A world in a box, for tests only.
///
/// [Simulation] is one queue of events in virtual time; [SimEnv] is the world of one node in it,
/// built from loops ([SimLoop]), workers and a disk ([SimDisk], [SimFileSystem]) that can lose what
/// was not synced. All chance comes from one seed, through streams with names of their own, so that
/// one user of chance more or less does not shift what the others draw.
///
/// Code that is called by threads and waits for its loop has them from [SimThreads], one at a time.
///
/// [Gen] draws values for properties, [Golden] runs transcripts.
@NullMarked
package io.concordkv.testkit;

import org.jspecify.annotations.NullMarked;
