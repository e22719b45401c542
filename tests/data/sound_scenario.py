"""A sound scenario as texts, and one that uses every table: the bad-input suite spoils it one cell at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SCENARIO = """\
format: 1
name: sound
title: Every table once
calendar: {start: 2026-01, periods: [6, 6, 12], slot_months: 3, tail_months: 12}
finance: {objective: value_minus_cost, discount_rate: 0.10}
power: {basis: online}
solve: {gap: 0.01}
tables:
  teams:
    - {team: fair, title: Research, source: their own words}
    - {team: infra, assumption: they run the streams}
"""
FILES: dict[str, str] = {
    "scenario.yaml": SCENARIO,
    "accelerators.csv": """\
accelerator,catalogue,bf16_dense_tflops,fp8_dense_tflops,memory_gb,provisioned_kw,cooling,lot_size,orderable,lead_time_months,life_months,price_usd,source
x1,,1000,,80,1.0,air,1000,yes,6,60,30000,vendor
a100,A100-80,,,,,,8,no,,,,
""",
    "sites.csv": "site,pue,opening_cost_musd\nalpha,1.25,0\nbeta,1.1,5\n",
    "halls.csv": """\
site,hall,cooling,module_mw,existing_mw,max_modules,lead_time_months,price_musd_per_mw
alpha,hall_a,air,1,2,10,6,10
beta,hall_b,either,5,0,4,12,12
""",
    "power_sources.csv": """\
site,power_source,existing_mw,module_mw,max_mw,lead_time_months,price_musd_per_mw,energy_usd_per_mwh
alpha,grid,4,0,4,,,50
beta,gas,0,10,40,18,2.5,45
""",
    "fabrics.csv": """\
site,fabric,max_gang,block_endpoints,existing_endpoints,lead_time_months,price_usd_per_endpoint
alpha,clos2,16384,1000,2048,6,2000
beta,clos1,512,512,0,6,1900
""",
    "fleet.csv": """\
site,accelerator,count,status,in_service_from,retires,due_musd,due_date
alpha,a100,1024,existing,2024-01,2029-01,,
alpha,x1,1000,committed,2026-07,,3,2026-03
""",
    "supply.csv": "accelerator,from,per_month,basis\nx1,2026-01,500,arrival\nx1,2027-01,1000,arrival\n",
    "leases.csv": """\
lease,accelerator,lot_size,min_lots,max_lots,committed_lots,from,until,term_months,usd_per_accelerator_month
cloud,a100,256,0,8,1,2026-01,2027-01,12,1200
""",
    "runs.csv": """\
run,team,flop_zflop,params_b,tokens_b,mfu,durations_months,eligible,sites,earliest,due,latest,value_musd
a,fair,6307.2,,,0.4,6,x1,alpha;cloud,2026-07,2027-01,2027-01,200
b,fair,,10,200,,3;6,x1;a100,,2026-04,2027-01,2027-04,150
""",
    "streams.csv": """\
stream,team,eligible,sites,floor_pflops,ceiling_pflops
search,infra,x1;a100,,10,200
""",
    "stream_demand.csv": "stream,from,floor_pflops,ceiling_pflops\nsearch,2027-01,20,400\n",
    "stream_segments.csv": "stream,up_to_pflops,musd_per_pflops_month\nsearch,50,0.02\nsearch,100,0.01\n",
    "stream_speeds.csv": "stream,accelerator,pflops_per_accelerator\nsearch,a100,0.1\n",
    "placement.csv": "load,site,usd_per_pflops_month,usd_per_accelerator_month\na,cloud,,5\nsearch,beta,3,\n",
    "mfu.csv": "accelerator,number_format,gang_size,mfu,goodput\nx1,bf16,4096,0.45,0.95\nx1,bf16,,0.42,0.9\n",
    "prices.csv": "item,date,price\nx1,2026-07,28000\nalpha.hall_a,2027-01,11\n",
    "cash_profiles.csv": "item,event,offset_months,share\nx1,order,0,0.3\nx1,delivery,1,0.7\n",
    "opex.csv": "item,usd_per_year\nx1,500\n",
    "priced_limits.csv": "limit,price_usd\nsupply,5000\n",
    "budgets.csv": "fiscal_year,category,budget_musd\n2026,all,84\n2027,all,84\n2026,compute,60\n2027,compute,60\n",
}
# The same with rows in every table.
EVERY_TABLE = FILES | {
    "halls.csv": FILES["halls.csv"] + "alpha,wet,liquid,,0,0,,\n",
    "runs.csv": FILES["runs.csv"]
    + "c,fair,630,,,0.5,3,x1,both,2026-10,2027-01,2027-01,20\n"
    + "d,fair,630,,,0.5,3,x1,alpha,2026-10,2027-01,2027-04,0\n",
    "resale.csv": "accelerator,age_months,price_usd\na100,24,8000\n",
    "retrofits.csv": "site,from_hall,to_hall,musd_per_mw,outage_months\nalpha,hall_a,wet,3,6\n",
    "power_phases.csv": "site,power_source,phase,mw,lead_time_months,price_musd\nbeta,gas,second,10,12,25\n",
    "running.csv": "running,site,accelerator,n,until\nold,alpha,a100,512,2026-07\n",
    "guarantees.csv": "team,from,pflops\nfair,2026-07,1\n",
    "programmes.csv": "programme,team,value_musd,revenue_musd,due\nchat,fair,90,40,2027-01\ncode,fair,20,,2027-01\n",
    "programme_options.csv": """\
programme,option,run,share,fee_musd,from
chat,own,d,,,
chat,bought,,0.5,10,2026-07
code,own,d,0.9,,
code,running,old,,,
""",
    "efficiency.csv": """\
programme,level,flop_factor,cost_musd,lead_months
chat,1,0.8,3,3
chat,2,0.6,5,6
""",
    "precedence.csv": "run,after,lag_months\nd,b,1\n",
    "cancellable.csv": "running,from,fee_musd,value_musd,started\nold,,2,0,2025-10\n",
    "previous_plan.csv": "plan,replanned,frozen_until,known_until\nlast,2026-01,2026-03,2027-01\n",
    "previous_orders.csv": """\
what,item,site,arrives,count,cancellable_until,cancel_fee_musd
accelerator,x1,alpha,2026-07,2,2026-02,1
lease,cloud,,2026-07,1,,
""",
    "previous_runs.csv": "run,start,site,accelerator\na,2026-07,alpha,x1\nc,,,\n",
    "moving_prices.csv": "what,musd\nrun,2\n",
    "spans.csv": "span,mfu_factor,tbps_per_kaccelerator\nboth,0.9,0.5\n",
    "span_sites.csv": "span,site,share\nboth,alpha,0.5\nboth,beta,0.5\n",
    "links.csv": "link,site_a,site_b,existing_tbps\nab,alpha,beta,10\n",
    "link_modules.csv": "link,module,tbps,max_modules,lead_time_months,price_musd\nab,wave,100,4,12,20\n",
    "traffic.csv": "from_site,to_site,from,tbps\nalpha,beta,2026-01,1\n",
}
Edit = tuple[str, str] | str | bytes | None


def spoiled(edits: Mapping[str, Edit], sound: Mapping[str, str] = FILES) -> dict[str, bytes]:
    """The files of a sound scenario after edits: (old, new) once in a file, a whole content, or no file."""
    files = {name: text.encode() for name, text in sound.items()}
    for name, edit in edits.items():
        if edit is None:
            del files[name]
        elif isinstance(edit, tuple):
            old, new = (part.encode() for part in edit)
            assert files[name].count(old) == 1, f"{edit[0]!r} must stand once in {name}"
            files[name] = files[name].replace(old, new)
        else:
            files[name] = edit.encode() if isinstance(edit, str) else edit
    return files


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files of a scenario (names may hold a subfolder)."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
