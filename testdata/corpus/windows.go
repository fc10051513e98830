package corpus

import (
	"strings"
	"time"
)

// census is what Windows tells about the device and its settings, once a week.
func (d *device) census(from time.Time) []event {
	about := func(i int, name string, tags int64, data object) event {
		return event{
			at: from.Add(time.Duration(i) * 700 * time.Millisecond), name: "Census." + name, app: censusApp(),
			privTags: tags, required: true, twice: true, data: data,
		}
	}
	return []event{
		about(0, "Battery", tagDevice|tagPerformance, object{
			{"InternalBatteryCapablities", 2_147_483_649},
			{"InternalBatteryCapacityCurrent", 47_120},
			{"InternalBatteryCapacityDesign", 53_000},
			{"InternalBatteryNumberOfCharges", 4_294_967_295},
			{"IsAlwaysOnAlwaysConnectedCapable", "1"},
		}),
		about(1, "Enterprise", tagDevice, object{
			{"IsCloudDomainJoined", "1"},
			{"IsMDMEnrolled", "1"},
			{"CDJType", 1},
			{"ServerFeatures", "#"},
			{"CommercialId", "#"},
			{"AzureVMType", "#"},
			{"HashedDomain", "#"},
			{"IsDeviceProtected", "DEVICE_PROTECTED|OS_VOLUME"},
			{"AADDeviceId", newGUID(d.r).String()},
			{"EnrollmentType", 6},
			{"MDMServiceProvider", "MS DM Server"},
		}),
		about(2, "Firmware", tagDevice, object{
			{"FirmwareManufacturer", "Noordzee Computers"}, {"FirmwareReleaseDate", "03/11/2026"}, {"FirmwareType", 2}, {"FirmwareVersion", "N3.18"},
		}),
		about(3, "Hardware", tagDevice, object{
			{"ChassisType", 10},
			{"DeviceName", "#"},
			{"OEMManufacturerName", "Noordzee Computers"},
			{"OEMModelName", "Duin 14 G3"},
			{"OEMSerialNumber", "NZ" + hexDigits(d.r, 8)},
			{"InventoryId", "{" + newGUID(d.r).upper() + "}"},
			{"TelemetryLevel", 1},
			{"TelemetrySettingAuthority", 2},
			{"TPMVersion", 2},
			{"ActiveMicCount", 1},
			{"NFCProximity", false},
		}),
		about(4, "Memory", tagDevice, object{{"TotalPhysicalRAM", 16_384}, {"TotalVisibleMemory", 15_921}}),
		about(5, "Network", tagDevice, object{
			{"IMEI0", "#"}, {"MCC0", 4_294_967_295}, {"MobileOperatorNetwork0", "#"}, {"NetworkAdapterGUID", "{" + newGUID(d.r).upper() + "}"}, {"NetworkCost", 1},
		}),
		about(6, "OS", tagDevice|tagSoftware, object{
			{"OSEdition", "Enterprise"},
			{"OSSKU", 4},
			{"OSUILocale", 1043},
			{"InstallLanguage", 1043},
			{"LanguagePacks", 1},
			{"OSTimeZoneBiasInMins", "-60"},
			{"DeviceTimeZone", "W. Europe Standard Time"},
			{"IsSecureBootEnabled", true},
			{"ProductActivationResult", 0},
			{"OSSubscriptionStatus", "1"},
			{"OSOOBEDateTime", "2026-03-02T09:41:17Z"},
			{"OSInstallType", 2},
		}),
		about(7, "Processor", tagDevice, object{
			{"ProcessorArchitecture", 9}, {"ProcessorClockSpeed", 2400}, {"ProcessorCores", 16}, {"ProcessorPhysicalCores", 12}, {"SocketCount", 1},
		}),
		about(8, "Storage", tagDevice, object{{"PrimaryDiskTotalCapacity", 488_386}, {"PrimaryDiskType", 17}, {"SystemVolumeTotalCapacity", 486_912}}),
		about(9, "UserDisplay", tagDevice, object{
			{"InternalPrimaryDisplayResolutionHorizontal", 1920}, {"InternalPrimaryDisplayResolutionVertical", 1200}, {"NumberofExternalDisplays", 2}, {"NumberofInternalDisplays", 1},
		}),
		about(10, "UserNLS", tagDevice, object{
			{"DefaultAppLanguage", "nl"}, {"DisplayLanguage", "nl-NL"}, {"HomeLocation", "176"}, {"KeyboardInputLanguages", "nl-NL"}, {"SpeechInputLanguages", "nl-NL"},
		}),
		about(11, "Userdefault", tagDevice|tagUsage, object{
			{"CalendarType", 1}, {"DefaultBrowserProgId", "MSEdgeHTM"}, {"LongDateFormat", "dddd d MMMM yyyy"}, {"ShortDateFormat", "d-M-yyyy"},
		}),
		about(12, "UserPrivacySettings", tagDevice|tagUsage, object{
			{"AdvertisingId", 0}, {"Location", 0}, {"Microphone", 1}, {"Webcam", 1}, {"InkTypePersonalization", 0}, {"SpeechPersonalization", 0}, {"ActivityHistoryCollection", 0},
		}),
	}
}

// inventory lists programs and devices that Windows found.
func (d *device) inventory(from time.Time) []event {
	var events []event
	add := func(name string, data object) {
		from = from.Add(time.Duration(200+d.r.IntN(900)) * time.Millisecond)
		events = append(events, event{
			at: from, name: "Microsoft.Windows.Inventory.Core." + name, app: hostApp(),
			privTags: tagSoftware | tagDevice, required: true, data: data,
		})
	}
	for _, p := range [][3]string{
		{"Zaaksysteem Koppeling", "Polder Software B.V.", "4.2.1"},
		{"Waterland Huisstijl voor Office", "Gemeente Waterland aan Zee", "2026.3"},
		{"Microsoft 365-apps voor ondernemingen - nl-nl", "Microsoft Corporation", "16.0.19231.20194"},
		{"Café Scanner Léger", "Duinrand Imaging", "1.0.7"},
		{"Lettergroot Voorleeshulp", "Stichting Leesbaar", "11.5"},
	} {
		add("InventoryApplicationAdd", object{
			{"baseData", object{{"action", 1}, {"objectType", "InventoryApplication"}, {"objectInstanceId", "0000" + strings.ToLower(hexDigits(d.r, 40))}}},
			{"Name", p[0]},
			{"Publisher", p[1]},
			{"Version", p[2]},
			{"Language", 1043},
			{"Source", "Msi"},
			{"Type", "Application"},
			{"HiddenArp", false},
			{"InstallDate", "03/02/2026 00:00:00"},
			{"RootDirPath", `C:\Program Files\` + p[0]},
			{"OSVersionAtInstallTime", "10.0.26100.4061"},
			{"InventoryVersion", "10.0.26100.4061"},
		})
	}
	add("InventoryApplicationRemove", object{{"baseData", object{{"action", 2}, {"objectType", "InventoryApplication"}}}, {"InventoryVersion", "10.0.26100.4061"}})
	for _, p := range [][3]string{
		{"Headset van Sanne", "Meeuw Audio", "AudioVideo"},
		{"Printer Balie 2e verdieping", "Kust Printers", "Printer"},
	} {
		add("InventoryDeviceContainerAdd", object{
			{"Categories", p[2]},
			{"FriendlyName", p[0]},
			{"Manufacturer", p[1]},
			{"ModelName", p[1] + " 200"},
			{"IsActive", true},
			{"IsConnected", true},
			{"IsMachineContainer", false},
			{"IsNetworked", p[2] == "Printer"},
			{"IsPaired", true},
			{"PrimaryCategory", p[2]},
			{"InventoryVersion", "10.0.26100.4061"},
		})
	}
	add("InventoryDevicePnpAdd", object{
		{"BusReportedDescription", "Meeuw Audio 200"},
		{"Class", "bluetooth"},
		{"ClassGuid", "{e0cbf06c-cd8b-4647-bb8a-263b43f0f974}"},
		{"ContainerId", "{" + newGUID(d.r).String() + "}"},
		{"Description", "Bluetooth-apparaat"},
		{"DeviceState", 96},
		{"Enumerator", "bthenum"},
		{"InstallState", 0},
		{"Manufacturer", "Meeuw Audio"},
		{"Model", "Meeuw Audio 200"},
		{"ProblemCode", "0"},
		{"Provider", "Microsoft"},
		{"InventoryVersion", "10.0.26100.4061"},
	})
	add("InventoryDriverBinaryAdd", object{
		{"DriverName", "meeuwaud.sys"},
		{"DriverCompany", "Meeuw Audio"},
		{"DriverInBox", false},
		{"DriverIsKernelMode", true},
		{"DriverSigned", true},
		{"DriverTimeStamp", 1_767_225_600},
		{"DriverType", 4},
		{"DriverVersion", "3.1.0.12"},
		{"ImageSize", 90_112},
		{"Service", "meeuwaud"},
		{"InventoryVersion", "10.0.26100.4061"},
	})
	return events
}

// morning is the start of the device on a working day.
func (d *device) morning(day string) []event {
	return []event{
		{
			at: at(day, "08:21"), name: "Microsoft.Windows.Kernel.Power.OSStateChange", app: hostApp(), privTags: tagPerformance, required: true,
			data: object{
				{"StateTransition", 4},
				{"StateTransitionSub", 6},
				{"StateDurationMS", 51_000_000 + d.r.IntN(900_000)},
				{"BootId", d.boot},
				{"BootTimeUTC", utcTicks(at(day, "08:20"))},
				{"BatteryCapacity", 47_120},
				{"BatteryCharge", 55 + d.r.IntN(45)},
				{"AcPowerOnline", true},
				{"BatteryDischarging", false},
			},
		},
		{
			at: at(day, "08:23"), name: "TelClientSynthetic.HeartBeat_5", app: hostApp(), privTags: tagPerformance, required: true,
			data: object{
				{"HeartBeatSequenceNumber", d.boot * 7},
				{"PreviousHeartBeatTime", utcTicks(at(day, "08:23").AddDate(0, 0, -1))},
				{"EventsPersistedCount", 900 + d.r.IntN(600)},
				{"EventsUploaded", 500 + d.r.IntN(300)},
				{"CompressedBytesUploaded", 60_000 + d.r.IntN(90_000)},
				{"DbDroppedCount", 0},
				{"VortexHttpAttempts", 40 + d.r.IntN(20)},
				{"VortexHttpFailures5xx", 0},
				{"LastInvalidHttpCode", 0},
				{"CensusExitCode", 0},
				{"CensusTaskEnabled", 1},
				{"Flags", 0},
			},
		},
	}
}

// upkeep is what Windows does for itself in the afternoon.
func (d *device) upkeep(day string) []event {
	events := []event{{
		at: at(day, "15:12"), name: "SoftwareUpdateClientTelemetry.CheckForUpdates", app: hostApp(), privTags: tagSoftware | tagPerformance, required: true,
		data: object{
			{"CallerApplicationName", "UpdateOrchestrator"},
			{"ClientVersion", "10.0.26100.4061"},
			{"DeviceModel", "Duin 14 G3"},
			{"BiosName", "N3.18"},
			{"EventScenario", 0},
			{"IPVersion", 1},
			{"NetworkConnectivityDetected", "wifi"},
			{"NumberOfApplicableUpdates", d.r.IntN(3)},
			{"Online", "1"},
			{"ScanDurationInSeconds", 20 + d.r.IntN(70)},
			{"ServiceGuid", newGUID(d.r).upper()},
			{"StatusCode", "0"},
			{"SyncType", 1},
			{"WUDeviceID", strings.ToLower(d.client)},
		},
	}}
	if d.boot%2 == 0 {
		events = append(events, event{
			at: at(day, "15:20"), name: "Microsoft.Windows.StoreAgent.Telemetry.EndInstall", app: storeApp(), privTags: tagSoftware, required: true,
			data: object{
				{"PFN", "Microsoft.WindowsNotepad_8wekyb3d8bbwe"},
				{"ProductId", "9MSMLRH6LZF3"},
				{"HResult", 0},
				{"ExtendedHResult", "0"},
				{"AttemptNumber", 1},
				{"IsUpdate", true},
				{"IsInteractive", false},
				{"IsBundle", true},
				{"ClientAppId", "Update;ScheduledTask"},
				{"BundleId", ""},
			},
		}, event{
			at: at(day, "15:31"), name: "Microsoft.OSG.DU.DeliveryOptClient.DownloadCompleted", app: hostApp(), privTags: tagDevice | tagPerformance, required: true,
			data: object{
				{"bytesFromCDN", 8_234_112 + d.r.IntN(4_000_000)},
				{"bytesFromPeers", 0},
				{"fileID", strings.ToLower(hexDigits(d.r, 40))},
				{"cdnIp", "198.51.100.21"},
				{"callerName", "UpdateAgent"},
				{"downlinkBps", 42_000_000},
				{"background", true},
				{"isVpn", false},
				{"sessionID", newGUID(d.r).String()},
			},
		})
	}
	return events
}

// trouble is a day with a crash and a hang.
func (d *device) trouble(day string) []event {
	crash := at(day, "11:26")
	return []event{
		{
			at: crash, name: "Microsoft.Windows.FaultReporting.AppCrashEvent", app: outlookApp(), privTags: tagPerformance, required: true,
			data: object{
				{"AppName", "OUTLOOK.EXE"},
				{"AppVersion", "16.0.19231.20194"},
				{"AppTimeStamp", "68c1f2a4"},
				{"AppSessionGuid", "00002e10-0001-009d-" + newGUID(d.r).String()[:4] + "-a1b2c3d4e5f6"},
				{"ExceptionCode", "c0000005"},
				{"ExceptionOffset", "000000000004d1b7"},
				{"ModName", "waterlandhuisstijl.dll"},
				{"ModVersion", "2026.3.0.0"},
				{"IsFatal", true},
				{"ProcessArchitecture", 9},
				{"ProcessCreateTime", filetime(crash.Add(-2 * time.Hour))},
				{"ProcessId", 11_792},
				{"ReportId", newGUID(d.r).String()},
				{"FriendlyAppName", "Microsoft Outlook"},
				{"Flags", 8_388_609},
			},
		},
		{
			at: at(day, "16:03"), name: "Microsoft.Windows.HangReporting.AppHangEvent", app: excelApp(), privTags: tagPerformance, required: true,
			data: object{
				{"AppName", "EXCEL.EXE"},
				{"AppVersion", "16.0.19231.20194"},
				{"IsFatal", false},
				{"ProcessArchitecture", 9},
				{"ProcessCreateTime", filetime(crash)},
				{"ProcessId", 4_404},
				{"ReportId", newGUID(d.r).String()},
				{"TypeCode", 134_217_728},
				{"WaitingOnAppName", `\\wazfs01.waterlandaanzee.example\beleid$\begroting 2027.xlsx`},
			},
		},
	}
}
