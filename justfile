# The long run of the fault table: `just faults --minutes 60`.
faults *arguments:
    cargo run --release -p walnats-faults -- {{arguments}}
