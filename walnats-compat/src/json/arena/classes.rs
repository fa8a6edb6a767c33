//! Which schemas say the same, however often they refer to themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};
use walnats_schema::{Schema, SchemaId};

/// The class of each schema, numbered in the order in which they occur: schemas of one class accept the same, because they say
/// the same, and so does what they refer to. Found by partition refinement; the schemas stay as they are.
pub(crate) fn classes(schemas: &mut [Schema]) -> Vec<u32> {
    let unordered: Vec<[Range<usize>; 3]> = schemas.iter().map(unordered).collect();
    let children: Vec<Vec<u32>> = schemas.iter().map(children).collect();
    let mut classes = shapes(schemas);
    for (schema, children) in schemas.iter_mut().zip(&children) {
        schema.children_mut().into_iter().zip(children).for_each(|(id, child)| *id = SchemaId(*child));
    }
    refine(&mut classes, &children, &unordered);
    numbered(&classes)
}

fn children(schema: &Schema) -> Vec<u32> {
    schema.children().into_iter().map(|id| id.0).collect()
}

/// Which of the children, in the order of [`Schema::children`], have no order of their own.
fn unordered(schema: &Schema) -> [Range<usize>; 3] {
    let first = usize::from(schema.reference.is_some()) + usize::from(schema.dynamic_reference.is_some());
    let second = first + schema.all_of.len();
    let third = second + schema.any_of.len();
    [first..second, second..third, third..third + schema.one_of.len()]
}

/// What each schema says without what it refers to, as numbers. The schemas have no children afterwards.
fn shapes(schemas: &mut [Schema]) -> Vec<u32> {
    for schema in schemas.iter_mut() {
        schema.children_mut().into_iter().for_each(|id| *id = SchemaId(0));
    }
    let mut shapes: HashMap<&Schema, u32> = HashMap::with_capacity(schemas.len());
    let number = |schema| {
        let next = shapes.len() as u32;
        *shapes.entry(schema).or_insert(next)
    };
    schemas.iter().map(number).collect()
}

/// Separates what differs in what it refers to, until nothing is left to separate. Only what refers to something that was
/// separated is looked at again.
fn refine(classes: &mut [u32], children: &[Vec<u32>], unordered: &[[Range<usize>; 3]]) {
    let mut parents: Vec<Vec<u32>> = vec![Vec::new(); classes.len()];
    for (parent, children) in children.iter().enumerate() {
        children.iter().for_each(|child| parents[*child as usize].push(parent as u32));
    }
    let mut sizes: Vec<usize> = vec![0; classes.iter().max().map_or(0, |class| *class as usize + 1)];
    classes.iter().for_each(|class| sizes[*class as usize] += 1);
    // What refers to nothing says no more than its shape.
    let refers = |schema: &u32| !children[*schema as usize].is_empty();
    let mut waiting: BTreeSet<u32> = (0..classes.len() as u32).filter(refers).collect();
    while !waiting.is_empty() {
        let mut next = BTreeSet::new();
        for (class, mut groups) in groups(&waiting, classes, children, unordered) {
            let count: usize = groups.iter().map(Vec::len).sum();
            if count == sizes[class as usize] {
                // One of the groups keeps the number: what gets a new one is new to all that refers to it.
                let largest = (0..groups.len()).max_by_key(|group| groups[*group].len()).unwrap_or_default();
                groups.swap_remove(largest);
            }
            for group in groups {
                let number = sizes.len() as u32;
                sizes[class as usize] -= group.len();
                sizes.push(group.len());
                for schema in group {
                    classes[schema as usize] = number;
                    next.extend(&parents[schema as usize]);
                }
            }
        }
        waiting = next;
    }
}

/// The schemas of each class, grouped by the classes that they refer to.
fn groups(
    schemas: &BTreeSet<u32>,
    classes: &[u32],
    children: &[Vec<u32>],
    unordered: &[[Range<usize>; 3]],
) -> BTreeMap<u32, Vec<Vec<u32>>> {
    let mut rows: HashMap<(u32, Vec<u32>), usize> = HashMap::new();
    let mut groups: BTreeMap<u32, Vec<Vec<u32>>> = BTreeMap::new();
    for &schema in schemas {
        let at = schema as usize;
        let mut below: Vec<u32> = children[at].iter().map(|child| classes[*child as usize]).collect();
        for range in &unordered[at] {
            below[range.clone()].sort_unstable();
        }
        let groups = groups.entry(classes[at]).or_default();
        let group = *rows.entry((classes[at], below)).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(schema);
    }
    groups
}

/// The same classes, numbered in the order in which they occur.
fn numbered(classes: &[u32]) -> Vec<u32> {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let number = |class: &u32| {
        let next = numbers.len() as u32;
        *numbers.entry(*class).or_insert(next)
    };
    classes.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refers_to(ids: &[u32]) -> Schema {
        Schema { any_of: ids.iter().copied().map(SchemaId).collect(), ..Schema::default() }
    }

    #[test]
    fn circles_of_any_length_say_the_same() {
        let list = |next: u32| {
            let mut schema = Schema::default();
            schema.object.properties = vec![("next".to_owned(), SchemaId(next))];
            schema
        };
        let mut schemas = vec![list(0), list(2), list(1), list(4), list(5), Schema::default(), list(5)];
        let before = schemas.clone();
        assert_eq!(classes(&mut schemas), [0, 0, 0, 1, 2, 3, 2]);
        assert_eq!(schemas, before);
    }

    #[test]
    fn the_order_of_branches_says_nothing() {
        let never = Schema { never: true, ..Schema::default() };
        let mut schemas = vec![never, Schema::default(), refers_to(&[0, 1]), refers_to(&[1, 0]), refers_to(&[1, 1])];
        assert_eq!(classes(&mut schemas), [0, 1, 2, 2, 3]);
    }
}
