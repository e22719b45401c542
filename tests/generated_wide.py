"""What a random scenario holds of the later rooms: tents, leased halls, retrofits, phases, resale, links.

See `generators`. Nothing here is drawn unless the shape is wide, so that the other scenarios of a seed stay the same.
"""

from __future__ import annotations

from tests.generated_capacity import Capacity


class Wide(Capacity):
    """Adds to the tables that are there."""

    def make_wide_capacity(self) -> None:
        """What houses and feeds the fleet in further ways, and what a used accelerator brings."""
        for make in (self._kinds_of_halls, self._retrofits, self._phases, self._resale):
            make()

    def _kinds_of_halls(self) -> None:
        pick = self.pick
        for row in self.tables.get("halls", []):
            if not self.shape.plain_assets and pick.chance(35):
                row |= {"kind": "tent", "life_months": pick.among((8, 5, 14)), "existing_mw": 0.0}
            elif not row["existing_mw"] and pick.chance(35):  # rent of what stands would strain a hard budget
                row |= {"kind": "leased", "rent_usd_per_kw_month": pick.among((30.0, 90.0))}

    def _retrofits(self) -> None:
        """An old hall, of use to few until its MW are moved to another one of the site."""
        pick = self.pick
        if "halls" not in self.tables or not pick.chance(60):
            return
        newer = self.tables["halls"][0]
        newer |= {"existing_mw": 0.0, "max_modules": 1}
        self.put(
            "halls", site=newer["site"], hall="old", cooling=pick.among(("air", "liquid")), module_mw=None,
            existing_mw=pick.among((2.0, 4.0)), max_modules=0, lead_time_months=None, available_from=None,
            price_musd_per_mw=None,
        )  # fmt: skip
        self.put(
            "retrofits", site=newer["site"], from_hall="old", to_hall=newer["hall"],
            musd_per_mw=pick.among((0.2, 0.6)), outage_months=pick.among((0, 3, 5)),
            available_from=pick.among((None, self.date(3))),
        )  # fmt: skip

    def _phases(self) -> None:
        pick = self.pick
        for row in self.tables.get("power_sources", []):
            if not pick.chance(60):
                continue
            if pick.chance(50):
                row |= {"module_mw": 0.0, "existing_mw": min(row["existing_mw"], 1.0)}
            for name in ("first", "second")[: pick.integer(1, 2)]:
                mw = pick.among((1.0, 2.0))
                row["max_mw"] = max(row["max_mw"], row["existing_mw"] + mw)
                self.put(
                    "power_phases", site=row["site"], power_source=row["power_source"], phase=name, mw=mw,
                    available_from=pick.among((None, self.date(4))), lead_time_months=pick.integer(0, 4),
                    price_musd=pick.among((0.4, 1.2, 2.5)),
                )  # fmt: skip

    def _resale(self) -> None:
        if "fleet" in self.tables and self.pick.chance(70):
            worth = self.pick.among((150e3, 350e3))
            for age, share in ((6, 1.0), (15, 0.5)):
                self.put("resale", accelerator="gpu", age_months=age, price_usd=worth * share)

    def make_links(self) -> None:
        """A link between the first two sites, and streams that have their data at one of them."""
        pick = self.pick
        if len(self.tables["sites"]) < 2 or not pick.chance(85):
            return
        standing, charge = pick.among((0.0, 2.0)), pick.among((0.2, 0.0))
        self.put(
            "links", link="bridge", site_a="alpha", site_b="beta", existing_tbps=standing,
            capacity=pick.among(("shared", "directed")), fixed_charge_musd=charge,
            flow_cost_musd_per_tbps=pick.among((0.0, 0.1)),
        )  # fmt: skip
        for module, size in (("small", 1.0), ("large", 3.0))[: 1 + pick.chance(30)]:
            self.put(
                "link_modules", link="bridge", module=module, tbps=size, max_modules=pick.integer(1, 2),
                available_from=pick.among((None, self.date(4))), lead_time_months=pick.integer(0, 4),
                price_musd=pick.among((0.1, 0.3)) * size,
            )  # fmt: skip
        if standing and not charge and pick.chance(60):  # doing nothing must stay possible
            ends = pick.among((("alpha", "beta"), ("beta", "alpha")))
            for months, tbps in ((pick.integer(0, 5), 1.0), (8, pick.among((1.5, 0.5)))):
                row = {"from_site": ends[0], "to_site": ends[1], "from": self.date(months), "tbps": tbps}
                self.put("traffic", **row)
        for row in self.tables.get("streams", []):
            if pick.chance(80):
                home = pick.among(("beta", "beta", "alpha"))
                row |= {"home_site": home, "tbps_per_pflops_away": pick.among((0.2, 0.5))}
