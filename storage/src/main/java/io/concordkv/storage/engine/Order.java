package io.concordkv.storage.engine;

/// The direction of a scan.
public enum Order {
  ASCENDING,
  DESCENDING
}
