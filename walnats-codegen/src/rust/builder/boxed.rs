//! `Box` where a type would contain itself.

use std::collections::HashSet;

use crate::rust::types::{Body, Item, Type};

/// Boxes the uses that close a cycle of types, and no more: a use that closed none before another member was declared stays as
/// it was.
pub fn break_cycles(items: &mut [Item]) {
    let edges: Vec<Vec<usize>> = items.iter_mut().map(contained).collect();
    // Within a file, so that another file that begins elsewhere in the cycle changes nothing.
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|index| items[*index].id);
    let closing = closing(&edges, &order);
    for (index, item) in items.iter_mut().enumerate() {
        for_each_use(item, &mut |ty| {
            if let Type::Item(other) = *ty
                && closing.contains(&(index, other.0))
            {
                *ty = Type::Boxed(other);
            }
        });
    }
}

/// The edges within a component that lead back to a node from which the search, which begins with the first in `order`, has come.
fn closing(edges: &[Vec<usize>], order: &[usize]) -> HashSet<(usize, usize)> {
    let component = components(edges);
    let mut closing = HashSet::new();
    let mut seen = vec![false; edges.len()];
    let mut is_on_path = vec![false; edges.len()];
    for start in order {
        let mut path = Vec::new();
        if !std::mem::replace(&mut seen[*start], true) {
            is_on_path[*start] = true;
            path.push((*start, 0));
        }
        while let Some((node, next)) = path.pop() {
            let Some(&target) = edges[node].get(next) else {
                is_on_path[node] = false;
                continue;
            };
            path.push((node, next + 1));
            if component[target] != component[node] {
                // It has an order of its own.
                continue;
            }
            if is_on_path[target] {
                closing.insert((node, target));
            } else if !std::mem::replace(&mut seen[target], true) {
                is_on_path[target] = true;
                path.push((target, 0));
            }
        }
    }
    closing
}

fn contained(item: &mut Item) -> Vec<usize> {
    let mut found = Vec::new();
    for_each_use(item, &mut |ty| {
        if let Type::Item(other) = ty {
            found.push(other.0);
        }
    });
    found
}

/// Visits the types that a value of `item` holds without a pointer between.
fn for_each_use(item: &mut Item, visit: &mut impl FnMut(&mut Type)) {
    match &mut item.body {
        Body::Struct(body) => body.fields.iter_mut().for_each(|field| inline(&mut field.typed.ty, visit)),
        Body::Union(body) => body.variants.iter_mut().for_each(|variant| inline(&mut variant.typed.ty, visit)),
        Body::Newtype(typed) => inline(&mut typed.ty, visit),
        Body::Enum(_) | Body::Alias(_) => {}
    }
}

fn inline(ty: &mut Type, visit: &mut impl FnMut(&mut Type)) {
    match ty {
        Type::Nullable(inner) | Type::FixedArray(inner, _) => inline(&mut inner.ty, visit),
        Type::Tuple(items) => items.iter_mut().for_each(|item| inline(&mut item.ty, visit)),
        other => visit(other),
    }
}

/// The strongly connected component of each node, by a number without further meaning. Kosaraju's two passes, on a
/// stack of our own: chains of types can be long.
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|to| reversed[*to].push(from));
    }
    let mut order = Vec::with_capacity(edges.len());
    let mut seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        walk(edges, start, &mut seen, |node| order.push(node));
    }
    let mut component = vec![0; edges.len()];
    let mut seen = vec![false; edges.len()];
    for start in order.into_iter().rev() {
        walk(&reversed, start, &mut seen, |node| component[node] = start);
    }
    component
}

/// Visits what is reachable from `start` and not yet seen, in the order in which nodes are left.
fn walk(edges: &[Vec<usize>], start: usize, seen: &mut [bool], mut leave: impl FnMut(usize)) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut stack = vec![(start, 0)];
    while let Some((node, next)) = stack.pop() {
        match edges[node].get(next) {
            None => leave(node),
            Some(&target) => {
                stack.push((node, next + 1));
                if !std::mem::replace(&mut seen[target], true) {
                    stack.push((target, 0));
                }
            }
        }
    }
}
