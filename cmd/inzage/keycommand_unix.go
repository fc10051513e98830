//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// ownSession has a program start without a terminal, in a group that can be ended.
func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// endSession ends the program and what it started.
func endSession(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }
