//! Fields of other types than the cluster has: one of every type there is.

use querent::Binary;

querent::source!(pub Orders);

#[derive(Binary)]
#[querent(source = Orders)]
struct Everything {
    of1: bool,
    of2: bool,
    of3: bool,
    of4: bool,
    of5: bool,
    of6: bool,
    of7: bool,
    of8: i8,
    of9: bool,
    of10: bool,
    of11: bool,
    of12: bool,
    of13: bool,
    of14: bool,
    of15: bool,
    of16: bool,
    of17: bool,
    of18: bool,
    of19: bool,
    of20: bool,
    of21: bool,
    of22: bool,
    of23: bool,
    of24: bool,
    of25: bool,
    of28: bool,
    of29: bool,
    of30: bool,
    of31: bool,
    of32: bool,
    of33: bool,
    of34: bool,
    of35: bool,
    of36: bool,
    of37: bool,
    of38: bool,
    of103: bool,
}

fn main() {}
