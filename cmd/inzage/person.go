package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"inzage/explain"
	"inzage/schema"
)

// person is the shape of person.yaml.
type person struct {
	identity `yaml:",inline"`
	// Others are people in the records: who may be shown, and who must be
	// masked even where nothing in the records gives them away.
	Others struct {
		Show []identity `yaml:"show"`
		Mask []identity `yaml:"mask"`
	} `yaml:"others"`
}

// identity is everything by which somebody is known.
type identity struct {
	Name     string   `yaml:"name"`
	UPNs     []string `yaml:"upns"`
	ObjectID string   `yaml:"object_id"`
	TenantID string   `yaml:"tenant_id"`
	PUID     string   `yaml:"puid"`
	SIDs     []string `yaml:"sids"`
	LocalIDs []string `yaml:"local_ids"`
	Devices  []string `yaml:"devices"`
}

// readPerson reads a person file strictly: an unknown key may be a typing error
// that would leave the person's data unrecognised.
func readPerson(name string) (schema.Subject, explain.Others, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return schema.Subject{}, explain.Others{}, schema.Fail(schema.CodeConfig, "read person file", err)
	}
	return parsePerson(data)
}

func parsePerson(data []byte) (schema.Subject, explain.Others, error) {
	var p person
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return schema.Subject{}, explain.Others{}, schema.Fail(schema.CodeConfig, "parse person file", err)
	}
	if !p.known() {
		return schema.Subject{}, explain.Others{}, schema.Fail(schema.CodeConfig, "find an identifier in person file", nil)
	}
	var others explain.Others
	for _, list := range []struct {
		from []identity
		to   *[]schema.Subject
	}{{p.Others.Show, &others.Show}, {p.Others.Mask, &others.Mask}} {
		for _, o := range list.from {
			if !o.known() && o.Name == "" {
				return schema.Subject{}, explain.Others{}, schema.Fail(schema.CodeConfig, "find an identifier of another person", nil)
			}
			*list.to = append(*list.to, o.subject())
		}
	}
	return p.subject(), others, nil
}

// known reports whether records can be told to be of this person.
func (p identity) known() bool {
	return p.ObjectID != "" || len(p.UPNs) > 0 || len(p.SIDs) > 0 || len(p.LocalIDs) > 0 || p.PUID != ""
}

func (p identity) subject() schema.Subject {
	return schema.Subject{
		Name: schema.NewPersonal(p.Name), ObjectID: schema.NewPersonal(p.ObjectID),
		TenantID: schema.NewPersonal(p.TenantID), PUID: schema.NewPersonal(p.PUID),
		UPNs: personals(p.UPNs), SIDs: personals(p.SIDs), LocalIDs: personals(p.LocalIDs), Devices: personals(p.Devices),
	}
}

func personals(list []string) []schema.Personal {
	out := make([]schema.Personal, len(list))
	for i, s := range list {
		out[i] = schema.NewPersonal(s)
	}
	return out
}
