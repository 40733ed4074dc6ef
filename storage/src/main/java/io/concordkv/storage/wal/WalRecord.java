package io.concordkv.storage.wal;

import io.concordkv.base.Bytes;

/// One record of the log. Which group it belongs to decides who gets it at recovery; `kind` and
/// `payload` mean something only to that group's replica.
public record WalRecord(long group, int kind, Bytes payload) {}
