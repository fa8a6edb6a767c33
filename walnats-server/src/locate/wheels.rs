//! The wheels of the releases, with their SHA-256.

use std::env::consts::{ARCH, OS};

use crate::error::Problem;
use crate::release::{Release, Version};

/// The wheel of one release for one platform.
#[derive(Debug)]
pub struct Wheel {
    /// Its version.
    pub version: Version,
    /// The platform tags to request, so that the Python in use may be built for another platform. Older wheels have older
    /// tags.
    pub tags: &'static [&'static str],
    /// The checksum of the file.
    pub sha256: &'static str,
}

struct Platform {
    os: &'static str,
    arch: &'static str,
    tags: &'static [&'static str],
}

const PLATFORMS: [Platform; 5] = [
    Platform { os: "linux", arch: "x86_64", tags: &["manylinux_2_28_x86_64", "manylinux_2_17_x86_64"] },
    Platform { os: "linux", arch: "aarch64", tags: &["manylinux_2_28_aarch64", "manylinux_2_17_aarch64"] },
    Platform { os: "macos", arch: "aarch64", tags: &["macosx_13_0_arm64"] },
    Platform { os: "macos", arch: "x86_64", tags: &["macosx_13_0_x86_64"] },
    Platform { os: "windows", arch: "x86_64", tags: &["win_amd64"] },
];

impl Release {
    /// Its wheel for this platform.
    pub(crate) fn wheel(self) -> Result<Wheel, Problem> {
        let platforms = PLATFORMS.iter().zip(self.sha256());
        let mut here = platforms.filter(|(platform, _)| platform.os == OS && platform.arch == ARCH);
        let (platform, sha256) = here.next().ok_or_else(|| Problem::Platform(format!("{OS} on {ARCH}")))?;
        Ok(Wheel { version: self.version(), tags: platform.tags, sha256 })
    }

    /// In the order of [`PLATFORMS`].
    const fn sha256(self) -> [&'static str; 5] {
        match self {
            Self::V2_10 => [
                "8c575d7ec94ffeb505b5a019e239e3b5895f4acf462c8f2f520470ded07223c2",
                "bf7807e75ee0d69659f40238eab9df5ad96a89e2c7e548c79b744a0705447687",
                "77d96b5bf56a18a356a0ed4c5e4d294d62a279241ca90acaaf043fbd51123618",
                "22910f1f58a5b1116959b3e7bb2abf2767704887541854b9274a484898dab758",
                "6678cce5512ee6b6fcfb16525dc751494c369fe47f62f25bbe46848f00a43da8",
            ],
            Self::V2_11 => [
                "3fe621759c175bc29347ea636077d8ff1ca6408829db5906e4e5784bb17408d3",
                "ef387da8fe367f6890c4e709f0f7efa916902136d4e7402b9eb73abf4e2ee38e",
                "52c7fcf2c48480711800c3ba314106e6e10900056e673ae1d47e2bcaeb0cb282",
                "5c1508e7bbdf4cf9f144ffa17d8fe48585140e6050aa424b3a383a91eefa34c2",
                "3224b86fe8c91b254139ce5ebf8211addc26e17eca2ab975470b27e06b3081fe",
            ],
            Self::V2_12 => [
                "a44100c5cff85f2eca9fe6ef18bb54bbe86ef12bf9a0c1cca9419fa41e75752d",
                "3906e109710b9096b2c5ef6a9dc5a0872e7f941be8dc3c2a484129219525cf09",
                "629c6f168d1d92d97e83fbd6f989fd8b8f743945fb76fa64118250d6d8729f4c",
                "171a0a4dffbe4321721c97540c6b74f9dde40b180888f90fb2ca43e859c5b574",
                "7981e48c447a2eb468a14112e17fa411a84f699af41c4502c9ffb8d916cff715",
            ],
            Self::V2_14 => [
                "6b571f9e4814132dbe931dbfa9551df01199e26136c2bd2f2e6257c1777d8e90",
                "eb081f56c61c835f5c8000ce07751f580a15c5977b7053789bd620da4dbe43f9",
                "2150a36437c0c954a4fc68d4b403018f3ee71db76fdf85ebb6337249b5709376",
                "c326a8e63cc2b3671b0f297f7e928e4d42828e71beec07a24014a9b5600cef28",
                "f343b849356401286be0fd0a77573d4262354682c25108a1c230b5f26cfe84ad",
            ],
            Self::V2_15 => [
                "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
                "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
                "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
                "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
                "c34ab84107094050fecedbf3910d2d547995a1b634f596c17f59ff8d000716f3",
            ],
        }
    }
}
