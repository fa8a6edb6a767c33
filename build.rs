fn main() {
    walnats_codegen::configure().compile();
}
