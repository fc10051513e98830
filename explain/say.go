package explain

import (
	"strconv"
	"strings"

	"inzage/schema"
)

// Day says a date as a person does: "maandag 7 april 2025".
func (c *Catalog) Day(l schema.Lang, d schema.Date) string {
	return c.Text(l, "deadline.day",
		"weekday", c.Text(l, "deadline.weekday."+strings.ToLower(d.Weekday().String())),
		"day", d.Day(), "month", c.Text(l, "engine.month."+strconv.Itoa(int(d.Month()))), "year", d.Year())
}

// Left says how many days are left, or how late it is.
func (c *Catalog) Left(l schema.Lang, days int) string {
	switch {
	case days == 0:
		return c.Text(l, "deadline.left.today")
	case days > 0:
		return c.Text(l, "deadline.left", "n", days)
	default:
		return c.Text(l, "deadline.late", "n", -days)
	}
}
