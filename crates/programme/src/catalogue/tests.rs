use super::*;

#[test]
fn the_shipped_catalogue_holds_every_task_of_the_ten_packages_and_of_the_light_version() {
    let catalogue = Catalogue::shipped();
    let of =
        |package: &str| catalogue.tasks.iter().filter(|t| t.package.as_str() == package).count();
    let packages = ["OP0", "OP1", "OP2", "OP3", "OP4", "OP5", "OP6", "OP7", "OP8", "OP9", "LIGHT"];
    assert_eq!(packages.map(of), [8, 11, 11, 14, 13, 11, 10, 9, 10, 12, 5]);
    assert_eq!(catalogue.tasks.len(), 109 + 5);
}
