package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
)

// person is the shape of person.yaml.
type person struct {
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
func readPerson(name string) (schema.Subject, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return schema.Subject{}, schema.Fail(schema.CodeConfig, "read person file", err)
	}
	return parsePerson(data)
}

func parsePerson(data []byte) (schema.Subject, error) {
	var p person
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return schema.Subject{}, schema.Fail(schema.CodeConfig, "parse person file", err)
	}
	who := schema.Subject{
		Name: schema.NewPersonal(p.Name), ObjectID: schema.NewPersonal(p.ObjectID),
		TenantID: schema.NewPersonal(p.TenantID), PUID: schema.NewPersonal(p.PUID),
		UPNs: personals(p.UPNs), SIDs: personals(p.SIDs), LocalIDs: personals(p.LocalIDs), Devices: personals(p.Devices),
	}
	if p.ObjectID == "" && len(p.UPNs) == 0 && len(p.SIDs) == 0 && len(p.LocalIDs) == 0 && p.PUID == "" {
		return schema.Subject{}, schema.Fail(schema.CodeConfig, "find an identifier in person file", nil)
	}
	return who, nil
}

func personals(list []string) []schema.Personal {
	out := make([]schema.Personal, len(list))
	for i, s := range list {
		out[i] = schema.NewPersonal(s)
	}
	return out
}
