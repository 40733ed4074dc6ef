/// A swarm for embedded stores: clients in transactions, backups and their restores, on a machine
/// that dies and a disk that fails. [StoreRun] is one seed, [Ledger] the model that it is compared
/// with.
@NullMarked
package io.concordkv.sim.store;

import org.jspecify.annotations.NullMarked;
