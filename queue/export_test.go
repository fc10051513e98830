package queue

// For the tests of this package only.
var (
	MakeVault = (*Queue).makeVault
	Shred     = (*Queue).shred
)
