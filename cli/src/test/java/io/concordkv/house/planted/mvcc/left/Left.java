package io.concordkv.house.planted.mvcc.left;

import io.concordkv.house.planted.mvcc.right.Right;

public record Left(Right right) {}
