// Package inputs opens what came back for one person — folders, single files,
// zips, zips within zips, standard input — and lists every file in it as a
// schema.File, in the byte order of the names.
//
// Everything in an input is hostile until shown otherwise. No name from an
// input is ever used as a path: files on disk are reached through an os.Root
// and never through a link, members of archives are read as data, and a name
// is only cleaned for display. Sizes, counts, nesting and compression ratio
// are bounded before anything is unpacked.
//
// Nothing is left out silently. A file whose content cannot be had (a password,
// a limit, damage) is listed with an error that carries the code, everything
// odd is in Set.Problems, and Set.Raw gives each file on disk byte for byte.
package inputs
