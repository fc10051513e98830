package schema

// Penalty is what a government body owes a person for a late answer, in whole
// euros, under art. 4:17 of the Algemene wet bestuursrecht.
type Penalty struct {
	// From is the first day that counts.
	From Date `json:"from"`
	// Days is how many days have counted up to today, 42 at most.
	Days  int `json:"days"`
	Euros int `json:"euros"`
}

// PenaltyFor reckons the penalty on the day today, for an answer due on due and
// a written notice of default (ingebrekestelling) that came in on the day
// notice. The first day is the one on which two weeks have passed since both;
// art. 4:17(3). Whether that day itself counts is not settled; it is counted
// here, so that an organisation is warned of too much rather than too little.
// Without a notice, or before that day, it is the zero Penalty.
func PenaltyFor(due, notice, today Date) Penalty {
	if due.IsZero() || notice.IsZero() || !notice.After(due) {
		return Penalty{} // no notice, or one that came before the answer was late
	}
	from := notice.AddDays(14)
	days := min(from.DaysUntil(today)+1, 42)
	if days <= 0 {
		return Penalty{}
	}
	p := Penalty{From: from, Days: days}
	for day := 1; day <= days; day++ {
		switch {
		case day <= 14:
			p.Euros += 23
		case day <= 28:
			p.Euros += 35
		default:
			p.Euros += 45
		}
	}
	return p
}
