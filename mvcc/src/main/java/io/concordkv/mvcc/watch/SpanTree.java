package io.concordkv.mvcc.watch;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Watches by the ranges they watch: which ranges hold a key is found in O(log n + found).
///
/// An AVL tree in the order of (start, end), in which every node knows the highest end below it
/// (Cormen et al., "Introduction to Algorithms", 14.3: interval trees).
final class SpanTree {
  private @Nullable Node root;

  private static final class Node {
    Span span;
    List<Watch> watches = new ArrayList<>(1);
    @Nullable Node left;
    @Nullable Node right;
    int height = 1;

    /// Null: without an end.
    @Nullable Bytes highest;

    Node(Span span) {
      this.span = span;
      highest = span.upper();
    }
  }

  void add(Watch watch) {
    root = add(root, watch);
  }

  void remove(Watch watch) {
    root = remove(root, watch);
  }

  /// Adds the watches of all ranges that hold `key`.
  void find(Bytes key, List<Watch> found) {
    find(root, key, found);
  }

  private static void find(@Nullable Node node, Bytes key, List<Watch> found) {
    if (node == null || (node.highest != null && node.highest.compareTo(key) <= 0)) {
      return;
    }
    find(node.left, key, found);
    if (node.span.key().compareTo(key) <= 0) {
      if (node.span.contains(key)) {
        found.addAll(node.watches);
      }
      find(node.right, key, found);
    }
  }

  private static Node add(@Nullable Node node, Watch watch) {
    if (node == null) {
      var made = new Node(watch.span);
      made.watches.add(watch);
      return made;
    }
    int order = compare(watch.span, node.span);
    if (order == 0) {
      node.watches.add(watch);
      return node;
    }
    if (order < 0) {
      node.left = add(node.left, watch);
    } else {
      node.right = add(node.right, watch);
    }
    return balanced(node);
  }

  private static @Nullable Node remove(@Nullable Node node, Watch watch) {
    if (node == null) {
      return null;
    }
    int order = compare(watch.span, node.span);
    if (order < 0) {
      node.left = remove(node.left, watch);
    } else if (order > 0) {
      node.right = remove(node.right, watch);
    } else {
      node.watches.remove(watch);
      if (!node.watches.isEmpty()) {
        return node;
      }
      if (node.left == null) {
        return node.right;
      }
      if (node.right == null) {
        return node.left;
      }
      var heir = node.right;
      while (heir.left != null) {
        heir = heir.left;
      }
      node.right = removeLeast(node.right);
      node.span = heir.span;
      node.watches = heir.watches;
    }
    return balanced(node);
  }

  private static @Nullable Node removeLeast(Node node) {
    if (node.left == null) {
      return node.right;
    }
    node.left = removeLeast(node.left);
    return balanced(node);
  }

  private static Node balanced(Node node) {
    refresh(node);
    int lean = height(node.left) - height(node.right);
    if (lean > 1 && node.left != null) {
      if (height(node.left.left) < height(node.left.right)) {
        node.left = rotateLeft(node.left);
      }
      return rotateRight(node);
    }
    if (lean < -1 && node.right != null) {
      if (height(node.right.right) < height(node.right.left)) {
        node.right = rotateRight(node.right);
      }
      return rotateLeft(node);
    }
    return node;
  }

  private static Node rotateRight(Node node) {
    var up = node.left;
    if (up == null) {
      return node;
    }
    node.left = up.right;
    up.right = node;
    refresh(node);
    refresh(up);
    return up;
  }

  private static Node rotateLeft(Node node) {
    var up = node.right;
    if (up == null) {
      return node;
    }
    node.right = up.left;
    up.left = node;
    refresh(node);
    refresh(up);
    return up;
  }

  private static void refresh(Node node) {
    node.height = 1 + Math.max(height(node.left), height(node.right));
    node.highest = highest(highest(node.span.upper(), node.left), node.right);
  }

  private static @Nullable Bytes highest(@Nullable Bytes end, @Nullable Node below) {
    if (end == null || below == null) {
      return end;
    }
    return below.highest == null || below.highest.compareTo(end) > 0 ? below.highest : end;
  }

  private static int height(@Nullable Node node) {
    return node == null ? 0 : node.height;
  }

  private static int compare(Span one, Span other) {
    int order = one.key().compareTo(other.key());
    return order != 0 ? order : one.end().compareTo(other.end());
  }
}
