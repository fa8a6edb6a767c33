//! What reaches what, by numbers.

/// For each node the number of its component: nodes of one component reach each other. `edges` are those to which each node
/// leads.
pub fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    // Kosaraju: what is left last by the one search is where the search the other way round begins.
    let mut order = Vec::new();
    let mut seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        let mut open = vec![(start, 0)];
        while let Some((node, next)) = open.pop() {
            if next == 0 && std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match edges[node].get(next) {
                Some(inner) => open.extend([(node, next + 1), (*inner, 0)]),
                None => order.push(node),
            }
        }
    }
    let back = reversed(edges);
    let mut components = vec![usize::MAX; edges.len()];
    for start in order.into_iter().rev() {
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if components[node] == usize::MAX {
                components[node] = start;
                open.extend(&back[node]);
            }
        }
    }
    components
}

/// The edges the other way round.
pub fn reversed(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut back = vec![Vec::new(); edges.len()];
    for (from, to) in edges.iter().enumerate() {
        to.iter().for_each(|to| back[*to].push(from));
    }
    back
}

/// Which nodes can be reached from `starts`, those included.
pub fn reached(edges: &[Vec<usize>], starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut reached = vec![false; edges.len()];
    let mut open: Vec<usize> = starts.into_iter().collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            open.extend(&edges[node]);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_a_cycle_are_one_component() {
        let edges = [vec![1], vec![2, 3], vec![0], vec![3], vec![]];
        let components = components(&edges);
        assert!(components[0] == components[1] && components[1] == components[2]);
        assert!(components[3] != components[0] && components[4] != components[3]);
        assert_eq!(reached(&edges, [3]), [false, false, false, true, false]);
    }
}
